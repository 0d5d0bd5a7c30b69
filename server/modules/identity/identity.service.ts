import type { Logger } from 'pino';
import { type Actor, instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import {
  type CsrfProofs,
  hashOpaqueToken,
  type PasswordHasher,
  type TokenSigner,
} from '../../platform/auth/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import {
  emailTaken,
  invalidCredentials,
  invalidToken,
  linkNotValid,
  organizationNotFound,
  registrationClosed,
} from './identity.errors.ts';
import type { SignInLimits } from './identity.limits.ts';
import {
  checkEmail,
  checkName,
  checkPassword,
  defaultOrganizationName,
  emailKeyOf,
} from './identity.policy.ts';
import {
  findAccountByEmail,
  findUser,
  insertMembership,
  insertOrganization,
  insertUser,
  isEmailTaken,
  organizationsOf,
} from './identity.repository.ts';
import {
  type LoginBody,
  type MeView,
  type RegisterBody,
  toOrganizationView,
  toUserView,
} from './identity.schemas.ts';
import { useLink } from './identity.sessions.repository.ts';
import type { Grant, Origin, Sessions } from './identity.sessions.ts';
import type { AccountRow } from './identity.tables.ts';

/** Signing up and in. */
export interface IdentityService {
  /**
   * Makes a person, and an organization with them as its admin. Throws `identity.registration_closed`,
   * `identity.email_unavailable`, `identity.invalid_account`, `identity.too_many_attempts`.
   */
  register(actor: Actor, origin: Origin, body: RegisterBody): Promise<Grant>;
  /** Throws `identity.invalid_credentials`, `identity.too_many_attempts`, `identity.no_organization`. */
  login(actor: Actor, origin: Origin, body: LoginBody): Promise<Grant>;
  /** Throws `identity.link_not_valid`, `identity.too_many_attempts`, `identity.no_organization`. */
  signInByLink(actor: Actor, origin: Origin, token: string): Promise<Grant>;
  /** `accessCookie`: the token, where a cookie and not a header said who asks. */
  me(actor: Actor, accessCookie: string | undefined): Promise<MeView>;
}

export interface IdentityServiceDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly passwords: PasswordHasher;
  readonly signer: TokenSigner;
  readonly csrf: CsrfProofs;
  readonly limits: SignInLimits;
  readonly sessions: Sessions;
  readonly registrationOpen: boolean;
}

export function createIdentityService(dependencies: IdentityServiceDependencies): IdentityService {
  const { uow, audit, clock, ids, logger, passwords, signer, csrf, limits, sessions } = dependencies;
  return { register, login, signInByLink, me };

  async function register(actor: Actor, origin: Origin, body: RegisterBody): Promise<Grant> {
    if (!dependencies.registrationOpen) throw registrationClosed();
    await limits.register(origin.address);
    const { email, emailKey } = checkEmail(body.email);
    const name = checkName('/name', body.name);
    const organizationName =
      body.organizationName === undefined
        ? defaultOrganizationName(name)
        : checkName('/organizationName', body.organizationName);
    const passwordHash = await passwords.hash(checkPassword(body.password));
    const at = clock().toISOString();
    const session = await uow
      .write(instanceActor(actor.requestId), async (tx) => {
        const user = await insertUser(tx, { id: ids(), email, emailKey, name, passwordHash, at });
        const organizationId = ids();
        await insertOrganization(tx, { id: organizationId, name: organizationName, at });
        await insertMembership(tx, { organizationId, userId: user.id, role: 'admin', at });
        await audit.record(tx, actor, {
          action: 'user.registered',
          organizationId,
          userId: user.id,
          target: { type: 'user', id: user.id },
          after: { organizationName },
        });
        return sessions.open(tx, actor, user, { method: 'registration', origin });
      })
      .catch((error: unknown) => {
        throw isEmailTaken(error) ? emailTaken() : error;
      });
    return sessions.grant(session);
  }

  async function login(actor: Actor, origin: Origin, body: LoginBody): Promise<Grant> {
    await limits.signIn(origin.address);
    const emailKey = emailKeyOf(body.email);
    const guess = emailKey === undefined ? undefined : { emailKey, address: origin.address };
    if (guess) await limits.password(guess);
    const instance = instanceActor(actor.requestId);
    const account = await uow.read(instance, async (tx) =>
      emailKey === undefined ? undefined : findAccountByEmail(tx, emailKey),
    );
    // The same work for an account that does not exist, so that the time does not tell.
    const right = await passwords.verify(account?.password_hash ?? null, body.password);
    if (!account || !right) {
      // Not awaited, for the same reason: only an account that exists has somewhere to record it.
      void recordFailure(actor, account);
      throw invalidCredentials();
    }
    const session = await uow.write(instance, (tx) =>
      sessions.open(tx, actor, account, { method: 'password', origin }),
    );
    if (guess) await limits.forgive(guess);
    return sessions.grant(session);
  }

  async function recordFailure(actor: Actor, account: AccountRow | undefined): Promise<void> {
    const { requestId } = actor;
    const userId = account?.id ?? null;
    logger.info({ userId, requestId }, 'a sign-in failed');
    if (userId === null) return;
    try {
      await uow.write(instanceActor(requestId), async (tx) => {
        const [organization] = await organizationsOf(tx, userId);
        await audit.record(tx, actor, {
          action: 'sign_in.failed',
          outcome: 'denied',
          organizationId: organization?.id ?? null,
          target: { type: 'user', id: userId },
        });
      });
    } catch (error) {
      logger.warn({ err: error, userId, requestId }, 'a failed sign-in was not recorded');
    }
  }

  async function signInByLink(actor: Actor, origin: Origin, token: string): Promise<Grant> {
    await limits.signIn(origin.address);
    const session = await uow.write(instanceActor(actor.requestId), async (tx) => {
      const userId = await useLink(tx, hashOpaqueToken(token), clock().toISOString());
      const user = userId === undefined ? undefined : await findUser(tx, userId);
      if (!user) throw linkNotValid();
      return sessions.open(tx, actor, user, { method: 'link', origin });
    });
    return sessions.grant(session);
  }

  async function me(actor: Actor, accessCookie: string | undefined): Promise<MeView> {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    const claims = accessCookie === undefined ? undefined : await signer.verify(accessCookie);
    const { user, organizations } = await uow.read(actor, async (tx) => ({
      user: await findUser(tx, userId),
      organizations: await organizationsOf(tx, userId),
    }));
    const organization = organizations.find(({ id }) => id === actor.organizationId);
    if (!user) throw invalidToken();
    if (!organization) throw organizationNotFound();
    return {
      user: toUserView(user),
      organization: toOrganizationView(organization),
      organizations: organizations.map(toOrganizationView),
      csrfToken: claims ? csrf.proofFor(claims.sessionId) : null,
    };
  }
}
