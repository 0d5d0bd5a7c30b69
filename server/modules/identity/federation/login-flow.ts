import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Clock } from '../../../kernel/clock.ts';
import type { SecretBox } from '../../../platform/auth/index.ts';

/** What a browser carries, sealed, from the start of a sign-in to its callback. */
const LoginFlow = Type.Object({
  id: Type.String(),
  providerId: Type.String(),
  state: Type.String(),
  nonce: Type.String(),
  codeVerifier: Type.String(),
  /** A path of ours. */
  returnTo: Type.String(),
  /** Where somebody who is signed in connects the provider to their account. */
  link: Type.Union([Type.Object({ userId: Type.String(), sessionId: Type.String() }), Type.Null()]),
  /** Milliseconds since 1970. */
  expiresAt: Type.Number(),
});
export type LoginFlow = Static<typeof LoginFlow>;

/** Seconds between start and callback: time to type a password and a code over there. */
export const FLOW_SECONDS = 600;

const CONTEXT = 'cookie/login-flow';

export interface LoginFlows {
  seal(flow: Omit<LoginFlow, 'expiresAt'>): string;
  /** Undefined for what we did not seal, and after its time. */
  open(sealed: string | undefined): LoginFlow | undefined;
}

export function createLoginFlows(box: SecretBox, clock: Clock): LoginFlows {
  return {
    seal: (flow) => {
      const expiresAt = clock().getTime() + FLOW_SECONDS * 1000;
      const text = JSON.stringify({ ...flow, expiresAt });
      return Buffer.from(box.seal(Buffer.from(text), CONTEXT)).toString('base64url');
    },
    open: (sealed) => {
      if (sealed === undefined) return undefined;
      const plain = box.open(Buffer.from(sealed, 'base64url'), CONTEXT);
      const flow: unknown = plain === undefined ? undefined : JSON.parse(Buffer.from(plain).toString('utf8'));
      return Value.Check(LoginFlow, flow) && flow.expiresAt > clock().getTime() ? flow : undefined;
    },
  };
}
