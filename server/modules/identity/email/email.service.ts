import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { hashOpaqueToken } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { recordAboutAccount } from '../identity.account-trail.ts';
import { invalidToken } from '../identity.errors.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { findAccount, isEmailTaken } from '../identity.repository.ts';
import type { Origin } from '../identity.sessions.port.ts';
import { proofNotValid } from '../passwords/passwords.errors.ts';
import { verifyEmailMail } from './email.messages.ts';
import { deleteProofs, markEmailVerified, takeProof, updateEmail } from './email.repository.ts';
import type { ProofRow } from './email.tables.ts';
import { issueProof } from './proofs.ts';

/** Showing that somebody reads the address of their account. */
export interface EmailVerification {
  /** Sends the proof of an address, in the transaction that made or changed the account. */
  send(
    tx: Tx,
    account: { readonly id: string; readonly email: string; readonly emailKey: string },
  ): Promise<void>;
  /** Sends it again; nothing where the address is verified. Throws `identity.too_many_attempts`. */
  resend(actor: Actor, origin: Origin): Promise<void>;
  /**
   * Accepts a proof of the account's own address, or of the one that it is to have. Only from whoever is signed in to that
   * account: somebody could register with another's address and hope that its owner follows the link. Throws
   * `identity.proof_not_valid`.
   */
  confirm(actor: Actor, token: string): Promise<void>;
}

export interface EmailDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly limits: Pick<SignInLimits, 'mail'>;
  readonly publicUrl: string;
}

export function createEmailVerification(dependencies: EmailDependencies): EmailVerification {
  const { uow, audit, mail, clock, limits, publicUrl } = dependencies;

  return { send, resend, confirm };

  async function send(
    tx: Tx,
    { id, email, emailKey }: Parameters<EmailVerification['send']>[1],
  ): Promise<void> {
    const token = await issueProof(tx, clock, { userId: id, purpose: 'verify_email', email, emailKey });
    await mail.send(tx, verifyEmailMail({ to: email, publicUrl, token }));
  }

  async function resend(actor: Actor, origin: Origin): Promise<void> {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    const instance = instanceActor(actor.requestId);
    const account = await uow.read(instance, (tx) => findAccount(tx, userId));
    if (!account) throw invalidToken();
    if (account.email_verified_at !== null) return;
    await limits.mail('verification', { emailKey: account.email_key, address: origin.address });
    await uow.write(instance, (tx) =>
      send(tx, { id: userId, email: account.email, emailKey: account.email_key }),
    );
  }

  async function confirm(actor: Actor, token: string): Promise<void> {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    await uow
      .write(instanceActor(actor.requestId), async (tx) => {
        const proof = await takeProof(tx, {
          tokenHash: hashOpaqueToken(token),
          purposes: ['verify_email', 'change_email'],
          userId,
          at: clock().toISOString(),
        });
        if (!proof) throw proofNotValid();
        await accept(tx, actor, proof);
      })
      .catch((error: unknown) => {
        // Somebody else has come to have the address since.
        throw isEmailTaken(error) ? proofNotValid() : error;
      });
  }

  async function accept(tx: Tx, actor: Actor, proof: ProofRow): Promise<void> {
    const { user_id: userId, purpose, email, email_key: emailKey } = proof;
    const at = clock().toISOString();
    const before = await findAccount(tx, userId);
    if (purpose === 'change_email') {
      await updateEmail(tx, userId, { email, emailKey }, at);
      // What was sent to the old address proves nothing about the new one.
      await deleteProofs(tx, userId, ['verify_email', 'reset_password']);
    } else if (!(await markEmailVerified(tx, userId, emailKey, at))) throw proofNotValid();
    await recordAboutAccount(audit, tx, actor, userId, {
      action: purpose === 'change_email' ? 'user.email_changed' : 'user.email_verified',
      ...(purpose === 'change_email' ? { before: { email: before?.email }, after: { email } } : {}),
    });
  }
}
