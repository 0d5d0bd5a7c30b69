import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { hashOpaqueToken, newOpaqueToken, type PasswordHasher } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { alreadyRegisteredMail, confirmRegistrationMail } from '../email/email.messages.ts';
import type { EmailVerification } from '../email/email.service.ts';
import { emailTaken, invalidCredentials, registrationClosed } from '../identity.errors.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { checkEmail, checkName, defaultOrganizationName } from '../identity.policy.ts';
import {
  findAccountByEmail,
  insertMembership,
  insertOrganization,
  insertUser,
  isEmailTaken,
} from '../identity.repository.ts';
import type { RegisterBody } from '../identity.schemas.ts';
import type { Grant, OpenSession, Origin, Sessions } from '../identity.sessions.port.ts';
import type { UserRow } from '../identity.tables.ts';
import { checkPassword } from '../passwords/password.policy.ts';
import { proofNotValid } from '../passwords/passwords.errors.ts';
import { deletePending, findPending, insertPending } from './registration.repository.ts';

/** `open`: signed in at once. `verified`: once the address is shown to be theirs. `closed`: by invitation only. */
export type RegistrationMode = 'open' | 'verified' | 'closed';

/** Undefined: a mail was sent, and what is in it finishes the registration. */
export type Registered = Grant | undefined;

/** Making an account and an organization of one's own. */
export interface Registration {
  /**
   * Throws `identity.registration_closed`, `identity.invalid_account`, `identity.password_too_common`,
   * `identity.too_many_attempts`; `identity.email_unavailable` only where it is `open`.
   */
  register(actor: Actor, origin: Origin, body: RegisterBody): Promise<Registered>;
  /**
   * Needs the password too: otherwise who registers with another's address could let its owner finish an account whose
   * password they know. Throws `identity.proof_not_valid`, `identity.invalid_credentials`, `identity.too_many_attempts`.
   */
  confirm(actor: Actor, origin: Origin, token: string, password: string): Promise<Grant>;
}

export interface RegistrationDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly passwords: PasswordHasher;
  readonly limits: SignInLimits;
  readonly sessions: Pick<Sessions, 'open' | 'grant'>;
  readonly verification: Pick<EmailVerification, 'send'>;
  readonly mode: RegistrationMode;
  readonly publicUrl: string;
}

/** Milliseconds. */
const PENDING_LIFETIME = 24 * 3_600_000;

/** What is known of somebody before there is an account: checked, and the password hashed. */
interface Applicant {
  readonly email: string;
  readonly emailKey: string;
  readonly name: string;
  readonly organizationName: string;
  readonly passwordHash: string;
}

export function createRegistration(dependencies: RegistrationDependencies): Registration {
  const { uow, audit, mail, clock, ids, passwords, limits, sessions, verification, mode, publicUrl } =
    dependencies;

  return { register, confirm };

  async function register(actor: Actor, origin: Origin, body: RegisterBody): Promise<Registered> {
    if (mode === 'closed') throw registrationClosed();
    await limits.register(origin.address);
    const applicant = await prepare(body, origin.address);
    if (mode === 'verified') return await apply(actor, applicant);
    const session = await uow
      .write(instanceActor(actor.requestId), (tx) => join(tx, actor, origin, applicant, false))
      .catch((error: unknown) => {
        if (!isEmailTaken(error)) throw error;
      });
    if (session) return sessions.grant(session);
    await limits.registerTaken(origin.address);
    throw emailTaken();
  }

  async function prepare(body: RegisterBody, address: string): Promise<Applicant> {
    const { email, emailKey } = checkEmail(body.email);
    const name = checkName('/name', body.name);
    const organizationName =
      body.organizationName === undefined
        ? defaultOrganizationName(name)
        : checkName('/organizationName', body.organizationName);
    const passwordHash = await passwords.hash(await checkPassword(body.password, { email, name }), address);
    return { email, emailKey, name, organizationName, passwordHash };
  }

  /** The same statements for an address with and without an account; only what the mail says differs. */
  async function apply(actor: Actor, applicant: Applicant): Promise<undefined> {
    const { email: to, emailKey } = applicant;
    await limits.mail('registration', { emailKey, address: actor.address ?? '' });
    const token = newOpaqueToken();
    const now = clock();
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      const account = await findAccountByEmail(tx, emailKey);
      await insertPending(tx, {
        token_hash: hashOpaqueToken(token),
        email: to,
        email_key: emailKey,
        name: applicant.name,
        organization_name: applicant.organizationName,
        password_hash: applicant.passwordHash,
        expires_at: new Date(now.getTime() + PENDING_LIFETIME).toISOString(),
        created_at: now.toISOString(),
      });
      await mail.send(
        tx,
        account
          ? alreadyRegisteredMail({ to, publicUrl })
          : confirmRegistrationMail({ to, publicUrl, token }),
      );
    });
  }

  async function confirm(actor: Actor, origin: Origin, token: string, password: string): Promise<Grant> {
    if (mode === 'closed') throw registrationClosed();
    await limits.signIn(origin.address);
    const instance = instanceActor(actor.requestId);
    const tokenHash = hashOpaqueToken(token);
    const pending = await uow.read(instance, (tx) => findPending(tx, tokenHash, clock().toISOString()));
    if (!pending) throw proofNotValid();
    const guess = { emailKey: pending.email_key, address: origin.address };
    await limits.password(guess);
    if (!(await passwords.verify(pending.password_hash, password, origin.address)))
      throw invalidCredentials();
    await limits.forgive(guess);
    const applicant: Applicant = {
      email: pending.email,
      emailKey: pending.email_key,
      name: pending.name,
      organizationName: pending.organization_name,
      passwordHash: pending.password_hash,
    };
    const session = await uow
      .write(instance, async (tx) => {
        if (!(await deletePending(tx, tokenHash))) throw proofNotValid();
        return join(tx, actor, origin, applicant, true);
      })
      .catch((error: unknown) => {
        throw isEmailTaken(error) ? proofNotValid() : error;
      });
    return sessions.grant(session);
  }

  async function join(
    tx: Tx,
    actor: Actor,
    origin: Origin,
    applicant: Applicant,
    emailVerified: boolean,
  ): Promise<OpenSession> {
    const { email, emailKey, name, passwordHash, organizationName } = applicant;
    const at = clock().toISOString();
    const user: UserRow = await insertUser(tx, {
      id: ids(),
      ...{ email, emailKey, name, passwordHash, emailVerified, at },
    });
    const organizationId = ids();
    await insertOrganization(tx, { id: organizationId, name: organizationName, at });
    await insertMembership(tx, { organizationId, userId: user.id, role: 'admin', at });
    if (!emailVerified) await verification.send(tx, { id: user.id, email, emailKey });
    await audit.record(tx, actor, {
      action: 'user.registered',
      organizationId,
      userId: user.id,
      target: { type: 'user', id: user.id },
      after: { organizationName },
    });
    return sessions.open(tx, actor, user, { method: 'registration', origin });
  }
}
