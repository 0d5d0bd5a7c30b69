import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { type AccessChanges, hashOpaqueToken, type PasswordHasher } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import type { Queue, QueueDefinition } from '../../../platform/queue/index.ts';
import { revokeKeysOf } from '../api-keys/api-keys.repository.ts';
import { passwordChangedMail, resetPasswordMail } from '../email/email.messages.ts';
import { deleteProofs, findProof, markEmailVerified, takeProof } from '../email/email.repository.ts';
import { issueProof } from '../email/proofs.ts';
import { deleteIdentitiesOf } from '../federation/identities.repository.ts';
import { recordAboutAccount } from '../identity.account-trail.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { emailKeyOf } from '../identity.policy.ts';
import { findAccount, findAccountByEmail, updatePassword } from '../identity.repository.ts';
import type { Origin, Sessions } from '../identity.sessions.port.ts';
import type { AccountRow } from '../identity.tables.ts';
import { checkPassword } from './password.policy.ts';
import { proofNotValid } from './passwords.errors.ts';
import type { ChangePasswordBody, ConfirmResetBody } from './passwords.schemas.ts';
import type { Reauthenticate } from './reauthentication.ts';

/** Changing a password, and getting in again without it. */
export interface Passwords {
  /**
   * Ends all other sign-ins. Throws `identity.wrong_password`, `identity.recent_sign_in_required`,
   * `identity.invalid_account`, `identity.password_too_common`, `identity.too_many_attempts`.
   */
  change(actor: Actor, origin: Origin, body: ChangePasswordBody): Promise<void>;
  /** Does the same for an address with and without an account: what it leads to happens later. Throws `identity.too_many_attempts`. */
  requestReset(actor: Actor, origin: Origin, email: string): Promise<void>;
  /**
   * Ends all sign-ins; the second factor stays. Where the address is shown to be theirs only now, identity providers and API
   * keys of the account end too. Throws `identity.proof_not_valid`, `identity.invalid_account`,
   * `identity.password_too_common`, `identity.too_many_attempts`.
   */
  confirmReset(actor: Actor, origin: Origin, body: ConfirmResetBody): Promise<void>;
}

export interface PasswordsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  readonly limits: Pick<SignInLimits, 'mail' | 'signIn'>;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly reauthenticate: Reauthenticate;
  readonly publicUrl: string;
}

/** The address and no id: whether there is an account is what the request must not find out. */
const RESETS: QueueDefinition<{ readonly emailKey: string; readonly requestId: string }> = {
  name: 'identity.password_reset',
  retries: 5,
  concurrency: 1,
  heartbeatSeconds: 15,
  timeoutSeconds: 30,
};

/** Registers its queue: call before the queue starts. */
export function createPasswords(dependencies: PasswordsDependencies): Passwords {
  const {
    uow,
    audit,
    accessChanges,
    mail,
    queue,
    clock,
    passwords,
    limits,
    sessions,
    reauthenticate,
    publicUrl,
  } = dependencies;
  queue.handle(RESETS, (job) => sendReset(job.data.emailKey, job.data.requestId));

  return { change, requestReset, confirmReset };

  async function change(actor: Actor, origin: Origin, body: ChangePasswordBody): Promise<void> {
    const account = await reauthenticate(actor, origin, {
      password: body.currentPassword,
      path: '/currentPassword',
      passwordRequired: true,
      lasting: true,
    });
    const checked = await checkPassword(body.newPassword, account, '/newPassword');
    const passwordHash = await passwords.hash(checked, origin.address);
    await uow.write(instanceActor(actor.requestId), (tx) =>
      replace(tx, actor, account, {
        passwordHash,
        action: 'user.password_changed',
        except: actor.credentialId,
      }),
    );
  }

  async function requestReset(actor: Actor, origin: Origin, email: string): Promise<void> {
    const emailKey = emailKeyOf(email);
    await limits.mail('reset', { emailKey: emailKey ?? '', address: origin.address });
    if (emailKey === undefined) return;
    await uow.write(instanceActor(actor.requestId), (tx) =>
      queue.enqueue(tx, RESETS, { emailKey, requestId: actor.requestId }),
    );
  }

  async function sendReset(emailKey: string, requestId: string): Promise<void> {
    const instance = instanceActor(requestId);
    await uow.write(instance, async (tx) => {
      const account = await findAccountByEmail(tx, emailKey);
      if (!account) return;
      const { id: userId, email } = account;
      const token = await issueProof(tx, clock, { userId, purpose: 'reset_password', email, emailKey });
      await mail.send(tx, resetPasswordMail({ to: email, publicUrl, token }));
      await recordAboutAccount(audit, tx, instance, userId, { action: 'user.password_reset_asked' });
    });
  }

  async function confirmReset(actor: Actor, origin: Origin, body: ConfirmResetBody): Promise<void> {
    await limits.signIn(origin.address);
    const instance = instanceActor(actor.requestId);
    const tokenHash = hashOpaqueToken(body.token);
    const account = await uow.read(instance, async (tx) => {
      const proof = await findProof(tx, tokenHash, 'reset_password', clock().toISOString());
      return proof && findAccount(tx, proof.user_id);
    });
    if (!account) throw proofNotValid();
    const checked = await checkPassword(body.newPassword, account, '/newPassword');
    const passwordHash = await passwords.hash(checked, origin.address);
    await uow.write(instance, async (tx) => {
      const at = clock().toISOString();
      const proof = await takeProof(tx, { tokenHash, purposes: ['reset_password'], at });
      if (!proof || proof.user_id !== account.id) throw proofNotValid();
      await replace(tx, actor, account, { passwordHash, action: 'user.password_reset', except: undefined });
      // Whoever got the token reads the address. Who made the account did perhaps not, and has left themselves other ways in.
      if (await markEmailVerified(tx, account.id, proof.email_key, at))
        await endOtherWays(tx, actor, account.id);
    });
  }

  async function replace(
    tx: Tx,
    actor: Actor,
    { id: userId, email }: AccountRow,
    change: { readonly passwordHash: string; readonly action: string; readonly except: string | undefined },
  ): Promise<void> {
    await updatePassword(tx, userId, change.passwordHash, clock().toISOString());
    await deleteProofs(tx, userId, ['reset_password']);
    await sessions.endAll(tx, actor, { userId, reason: change.action, except: change.except });
    await recordAboutAccount(audit, tx, actor, userId, { action: change.action, userId });
    await mail.send(tx, passwordChangedMail({ to: email, publicUrl }));
  }

  async function endOtherWays(tx: Tx, actor: Actor, userId: string): Promise<void> {
    const at = clock().toISOString();
    const identities = await deleteIdentitiesOf(tx, userId);
    const keys = await revokeKeysOf(tx, userId, at);
    if (identities + keys === 0) return;
    await accessChanges.notify(tx, { userId });
    await recordAboutAccount(audit, tx, actor, userId, {
      action: 'user.other_ways_ended',
      userId,
      details: { identities, keys },
    });
  }
}
