import type { Logger } from 'pino';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import {
  createIssuerVerifier,
  type IssuerAlgorithm,
  type IssuerVerifier,
  type IssuerVerifierOptions,
} from '../../../platform/auth/index.ts';
import type { Outbound } from '../../../platform/outbound/port.ts';
import type { ProviderRow } from './federation.tables.ts';

const ALGORITHMS: readonly IssuerAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** Milliseconds between two questions to an issuer that does not say where its keys are. */
const ASK_AGAIN_AFTER = 10_000;

const Metadata = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });

/** What a kind of token must be, besides of this issuer. */
export type Expected = Pick<IssuerVerifierOptions, 'audience' | 'types' | 'subject'>;

/** The verifiers of one kind of token, one for each provider as it is set up now. */
export interface IssuerVerifiers {
  /** Asks the issuer where its keys are, the first time. Throws `auth.issuer_unavailable` where it does not say. */
  of(provider: ProviderRow): Promise<IssuerVerifier>;
}

export interface IssuerVerifiersDependencies {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

interface Known {
  readonly version: number;
  readonly verifier: Promise<IssuerVerifier> | undefined;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
}

export function createIssuerVerifiers(
  { outbound, clock, logger }: IssuerVerifiersDependencies,
  expectedOf: (provider: ProviderRow) => Expected,
): IssuerVerifiers {
  const known = new Map<string, Known>();

  return {
    of: (provider) => {
      const present = known.get(provider.id);
      const same = present?.version === provider.version ? present : undefined;
      if (same?.verifier) return same.verifier;
      const askedAt = clock().getTime();
      if (same && askedAt - same.askedAt < ASK_AGAIN_AFTER) throw issuerUnavailable();
      const verifier = make(provider);
      const entry: Known = { version: provider.version, verifier, askedAt };
      known.set(provider.id, entry);
      verifier.catch(() => {
        if (known.get(provider.id) === entry) known.set(provider.id, { ...entry, verifier: undefined });
      });
      return verifier;
    },
  };

  async function make(provider: ProviderRow): Promise<IssuerVerifier> {
    const { issuer } = provider;
    return createIssuerVerifier({
      ...{ issuer, algorithms: ALGORITHMS, ...expectedOf(provider) },
      ...{ jwksUri: await locate(issuer), locate: () => locate(issuer), outbound, clock, logger },
    });
  }

  /** OpenID Connect Discovery 1.0, 4. */
  async function locate(issuer: string): Promise<string> {
    try {
      const answer = await outbound.request(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
      const metadata: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
      if (answer.status !== 200 || !Value.Check(Metadata, metadata) || metadata.issuer !== issuer)
        throw new Error('this is not the discovery document of the issuer');
      return metadata.jwks_uri;
    } catch (error) {
      logger.warn({ err: error, issuer }, 'an issuer of tokens does not say where its keys are');
      throw issuerUnavailable();
    }
  }
}

function issuerUnavailable(): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'auth.issuer_unavailable',
    safeMessage: 'The identity provider’s keys cannot be read at the moment. Try again soon.',
    retryable: true,
    retryAfterSeconds: ASK_AGAIN_AFTER / 1000,
  });
}
