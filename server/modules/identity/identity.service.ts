import type { Logger } from 'pino';
import { NIL } from 'uuid';
import { type Actor, instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import {
  type CsrfProofs,
  hashOpaqueToken,
  type PasswordHasher,
  type TokenSigner,
} from '../../platform/auth/index.ts';
import { beforeCommit, type Tx, type UnitOfWork } from '../../platform/db/index.ts';
import { recordAboutAccount } from './identity.account-trail.ts';
import { shownOrganizations } from './identity.confinement.ts';
import { invalidCredentials, invalidToken, linkNotValid, organizationNotFound } from './identity.errors.ts';
import type { SignInLimits } from './identity.limits.ts';
import { emailKeyOf } from './identity.policy.ts';
import { findAccount, findAccountByEmail } from './identity.repository.ts';
import { type LoginBody, type MeView, toOrganizationView, toUserView } from './identity.schemas.ts';
import type { Grant, Origin, Sessions } from './identity.sessions.port.ts';
import { useLink } from './identity.sessions.repository.ts';
import type { AccountRow } from './identity.tables.ts';
import { CHALLENGE_SECONDS, type Challenges } from './second-factor/challenges.ts';
import { secondFactorRequired } from './second-factor/second-factor.errors.ts';

/** Signing in, and who is signed in. */
export interface IdentityService {
  /**
   * Throws `identity.invalid_credentials`, `identity.second_factor_required`, `identity.too_many_attempts`,
   * `identity.no_organization`.
   */
  login(actor: Actor, origin: Origin, body: LoginBody): Promise<Grant>;
  /**
   * A link stands for the password, not for the second factor, unless it was made to. Throws `identity.link_not_valid`,
   * `identity.second_factor_required`, `identity.too_many_attempts`, `identity.no_organization`.
   */
  signInByLink(actor: Actor, origin: Origin, token: string): Promise<Grant>;
  /** `accessCookie`: the token, where a cookie and not a header said who asks. */
  me(actor: Actor, accessCookie: string | undefined): Promise<MeView>;
}

export interface IdentityServiceDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly passwords: PasswordHasher;
  readonly signer: TokenSigner;
  readonly csrf: CsrfProofs;
  readonly limits: SignInLimits;
  readonly sessions: Sessions;
  readonly challenges: Challenges;
}

interface FirstFactor {
  readonly account: AccountRow;
  readonly method: 'password' | 'link';
  /** No second factor is asked for. */
  readonly waived: boolean;
}

export function createIdentityService(dependencies: IdentityServiceDependencies): IdentityService {
  const { uow, audit, clock, logger, passwords, signer, csrf, limits, sessions, challenges } = dependencies;
  return { login, signInByLink, me };

  async function login(actor: Actor, origin: Origin, body: LoginBody): Promise<Grant> {
    await limits.signIn(origin.address);
    const emailKey = emailKeyOf(body.email);
    const guess = { emailKey: emailKey ?? '', address: origin.address };
    await limits.password(guess);
    const instance = instanceActor(actor.requestId);
    const account = await uow.read(instance, async (tx) =>
      emailKey === undefined ? undefined : findAccountByEmail(tx, emailKey),
    );
    // The same work for an account that does not exist, so that the time does not tell.
    const right = await passwords.verify(account?.password_hash ?? null, body.password, origin.address);
    if (!account || !right) {
      // Not awaited: whoever guesses need not wait for it.
      void recordFailure(actor, account);
      throw invalidCredentials();
    }
    await limits.forgive(guess);
    return admit(actor, origin, () => Promise.resolve({ account, method: 'password', waived: false }));
  }

  /**
   * Recorded for nobody too, and not kept: what the database does meanwhile holds up the answer, and whatever is asked next, and
   * so would tell who has an account.
   */
  async function recordFailure(actor: Actor, account: AccountRow | undefined): Promise<void> {
    const { requestId } = actor;
    const userId = account?.id ?? null;
    logger.info({ userId, requestId }, 'a sign-in failed');
    const forNobody = new Error('nobody has this account');
    try {
      await uow.write(instanceActor(requestId), async (tx) => {
        const entry = { action: 'sign_in.failed', outcome: 'denied' } as const;
        await recordAboutAccount(audit, tx, actor, userId ?? NIL, entry);
        if (userId === null) beforeCommit(tx, () => Promise.reject(forNobody));
      });
    } catch (error) {
      if (error !== forNobody)
        logger.warn({ err: error, userId, requestId }, 'a failed sign-in was not recorded');
    }
  }

  async function signInByLink(actor: Actor, origin: Origin, token: string): Promise<Grant> {
    await limits.signIn(origin.address);
    return admit(actor, origin, async (tx) => {
      const link = await useLink(tx, hashOpaqueToken(token), clock().toISOString());
      const account = link && (await findAccount(tx, link.userId));
      if (!account) throw linkNotValid();
      return { account, method: 'link', waived: link.waivesSecondFactor };
    });
  }

  /** Opens a session for who has given the first factor, or asks for the second. */
  async function admit(
    actor: Actor,
    origin: Origin,
    first: (tx: Tx) => Promise<FirstFactor>,
  ): Promise<Grant> {
    const opened = await uow.write(instanceActor(actor.requestId), async (tx) => {
      const { account, method, waived } = await first(tx);
      if (account.second_factor_at === null || waived) {
        return { session: await sessions.open(tx, actor, account, { method, origin }) };
      }
      return { challenge: await challenges.create(tx, account, { method }) };
    });
    // Thrown after the commit: the challenge has to be there to be answered.
    if ('challenge' in opened) throw secondFactorRequired(opened.challenge, CHALLENGE_SECONDS);
    return sessions.grant(opened.session);
  }

  async function me(actor: Actor, accessCookie: string | undefined): Promise<MeView> {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    const claims = accessCookie === undefined ? undefined : await signer.verify(accessCookie);
    const { user, organizations } = await uow.read(instanceActor(actor.requestId), async (tx) => ({
      user: await findAccount(tx, userId),
      organizations: await shownOrganizations(tx, actor, userId),
    }));
    const organization = organizations.find(({ id }) => id === actor.organizationId);
    if (!user) throw invalidToken();
    if (!organization) throw organizationNotFound();
    return {
      user: toUserView(user),
      operator: actor.operator ?? false,
      hasPassword: user.password_hash !== null,
      organization: toOrganizationView(organization),
      organizations: organizations.map(toOrganizationView),
      csrfToken: claims ? csrf.proofFor(claims.sessionId) : null,
    };
  }
}
