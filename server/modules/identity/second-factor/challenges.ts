import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { hashOpaqueToken, newOpaqueToken } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { secondFactorChangedMail } from '../email/email.messages.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { findAccount } from '../identity.repository.ts';
import type {
  Grant,
  Opening,
  OpenSession,
  Origin,
  ProviderWord,
  Sessions,
} from '../identity.sessions.port.ts';
import type { AccountRow } from '../identity.tables.ts';
import { challengeNotValid, wrongSecondFactor } from './second-factor.errors.ts';
import { deleteChallenge, insertChallenge, lockChallenge } from './second-factor.repository.ts';
import type { ChallengeRow } from './second-factor.tables.ts';
import type { Shown, VerifyFactor } from './verification.ts';

/** Seconds between the password and the code. */
export const CHALLENGE_SECONDS = 300;

/** How somebody has shown who they are, as far as that goes without the second factor. */
export type FirstStep =
  | { readonly method: 'password' | 'link' }
  | { readonly method: 'sso'; readonly provider: ProviderWord };

/** The second step of a sign-in. */
export interface Challenges {
  /** What the person who gave the right password, or a link, answers with the second factor. */
  create(tx: Tx, account: AccountRow, first: FirstStep): Promise<string>;
  /**
   * Signs in. The challenge is good for one account, once, and only as long as the password stays what it was. Throws
   * `identity.challenge_not_valid`, `identity.second_factor_not_valid`, `identity.too_many_attempts`.
   */
  answer(actor: Actor, origin: Origin, challenge: string, shown: Shown): Promise<Grant>;
}

export interface ChallengesDependencies {
  readonly uow: UnitOfWork;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly limits: Pick<SignInLimits, 'signIn'>;
  readonly sessions: Pick<Sessions, 'open' | 'grant'>;
  readonly verify: VerifyFactor;
  readonly publicUrl: string;
}

export function createChallenges(dependencies: ChallengesDependencies): Challenges {
  const { uow, mail, clock, limits, sessions, verify, publicUrl } = dependencies;
  return { create, answer };

  async function create(tx: Tx, account: AccountRow, first: FirstStep): Promise<string> {
    const sso = first.method === 'sso' ? first : undefined;
    const challenge = newOpaqueToken();
    const now = clock();
    await insertChallenge(tx, {
      token_hash: hashOpaqueToken(challenge),
      user_id: account.id,
      method: first.method,
      password_hash: account.password_hash,
      provider_id: sso?.provider.id ?? null,
      identity_id: sso?.provider.identityId ?? null,
      provider_session: sso?.provider.session ?? null,
      organization_ids: sso ? [...sso.provider.organizationIds] : null,
      everything: sso?.provider.everything ?? null,
      expires_at: new Date(now.getTime() + CHALLENGE_SECONDS * 1000).toISOString(),
      created_at: now.toISOString(),
    });
    return challenge;
  }

  async function answer(actor: Actor, origin: Origin, challenge: string, shown: Shown): Promise<Grant> {
    await limits.signIn(origin.address);
    const tokenHash = hashOpaqueToken(challenge);
    // A wrong code is an answer and not thrown inside: that it was given has to be kept.
    const session = await uow.write(instanceActor(actor.requestId), (tx) =>
      accept(tx, actor, origin, tokenHash, shown),
    );
    if (!session) throw wrongSecondFactor();
    return sessions.grant(session);
  }

  async function accept(
    tx: Tx,
    actor: Actor,
    origin: Origin,
    tokenHash: Uint8Array,
    shown: Shown,
  ): Promise<OpenSession | undefined> {
    const challenge = await lockChallenge(tx, tokenHash, clock().toISOString());
    const account = challenge && (await findAccount(tx, challenge.user_id));
    if (!challenge || !account || account.password_hash !== challenge.password_hash)
      throw challengeNotValid();
    const verdict = await verify(tx, actor, account.id, shown, 'confirmed');
    if (verdict === 'no_factor') throw challengeNotValid();
    if (verdict === 'wrong') return undefined;
    await deleteChallenge(tx, tokenHash);
    if (verdict === 'recovery_code')
      await mail.send(tx, secondFactorChangedMail({ to: account.email, publicUrl }, 'recovery_code_used'));
    return sessions.open(tx, actor, account, { ...openingOf(challenge), origin, secondFactor: verdict });
  }
}

/** What the session will be: the same as without a second factor. */
function openingOf(challenge: ChallengeRow): Pick<Opening, 'method' | 'provider'> {
  const { method, provider_id: id, identity_id: identityId, provider_session: session } = challenge;
  const { organization_ids: organizationIds, everything } = challenge;
  if (id === null || identityId === null || organizationIds === null || everything === null)
    return { method };
  return { method, provider: { id, identityId, session, secondFactor: false, organizationIds, everything } };
}
