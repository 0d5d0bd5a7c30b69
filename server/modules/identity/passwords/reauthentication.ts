import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { PasswordHasher } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import { recordAboutAccount } from '../identity.account-trail.ts';
import { organizationsElsewhere, requireOwnSignIn } from '../identity.confinement.ts';
import { invalidToken } from '../identity.errors.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { findAccount } from '../identity.repository.ts';
import type { Origin } from '../identity.sessions.port.ts';
import type { AccountRow } from '../identity.tables.ts';
import { ownSignInRequired, recentSignInRequired, wrongPassword } from './passwords.errors.ts';
import { findSessionStart } from './passwords.repository.ts';

/** Milliseconds for which a sign-in is as good as the password. */
const RECENT = 15 * 60_000;

/** What somebody gives who is signed in, to show that it is really them. */
export interface Proof {
  readonly password: string | undefined;
  /** Where the body holds it, for the error. */
  readonly path: string;
  /** A recent sign-in is enough only for who has no password. */
  readonly passwordRequired: boolean;
  /** What is changed stays when they join other organizations: a sign-in by an identity provider is not enough. */
  readonly lasting?: boolean;
  /** Milliseconds for which a sign-in is enough, where that is less than otherwise. */
  readonly recent?: number;
}

/**
 * Asks again who somebody is before they change how they sign in: a session that was left open somewhere must not be enough to
 * take the account over. Throws `identity.wrong_password`, `identity.recent_sign_in_required`, `identity.own_sign_in_required`,
 * `identity.too_many_attempts`.
 */
export type Reauthenticate = (actor: Actor, origin: Origin, proof: Proof) => Promise<AccountRow>;

export interface ReauthenticationDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  readonly limits: Pick<SignInLimits, 'password' | 'forgive'>;
}

export function createReauthentication(dependencies: ReauthenticationDependencies): Reauthenticate {
  const { uow, audit, clock, passwords, limits } = dependencies;
  return async (actor, origin, { password, path, passwordRequired, lasting = false, recent = RECENT }) => {
    const { userId, credentialId } = actor;
    if (userId === null || credentialId === undefined) throw invalidToken();
    const { account, since, others } = await uow.read(instanceActor(actor.requestId), async (tx) => ({
      account: await findAccount(tx, userId),
      since: await findSessionStart(tx, credentialId),
      others: await organizationsElsewhere(tx, actor, userId),
    }));
    if (!account || since === undefined) throw invalidToken();
    if (password === undefined || account.password_hash === null) {
      if (passwordRequired && account.password_hash !== null) throw wrongPassword(path);
      if (others.length > 0) throw ownSignInRequired();
      if (lasting) requireOwnSignIn(actor);
      if (clock().getTime() - Date.parse(since) > recent) throw recentSignInRequired();
      return account;
    }
    const guess = { emailKey: account.email_key, address: origin.address };
    await limits.password(guess);
    if (!(await passwords.verify(account.password_hash, password, origin.address))) {
      // Whoever has taken a session over, and guesses on.
      await uow.write(instanceActor(actor.requestId), (tx) =>
        recordAboutAccount(audit, tx, actor, userId, {
          action: 'reauthentication.failed',
          outcome: 'denied',
        }),
      );
      throw wrongPassword(path);
    }
    await limits.forgive(guess);
    return account;
  };
}
