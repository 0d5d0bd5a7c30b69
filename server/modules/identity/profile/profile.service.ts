import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { type AuditTrail, changesBetween } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { changeEmailMail, changeToTakenMail, emailChangeAskedMail } from '../email/email.messages.ts';
import { issueProof } from '../email/proofs.ts';
import { recordAboutAccount } from '../identity.account-trail.ts';
import { requireNothingElsewhere } from '../identity.confinement.ts';
import { invalidToken } from '../identity.errors.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { checkEmail, checkName } from '../identity.policy.ts';
import { findAccount, findAccountByEmail, organizationsOf } from '../identity.repository.ts';
import { toUserView, type UserView } from '../identity.schemas.ts';
import type { Origin } from '../identity.sessions.port.ts';
import type { AccountRow } from '../identity.tables.ts';
import { endAdministration, requireOtherAdmins } from '../members/members.ownership.ts';
import type { Reauthenticate } from '../passwords/reauthentication.ts';
import { deleteUser, updateName } from './profile.repository.ts';
import type { ProfilePatch } from './profile.schemas.ts';

/** What somebody does with their own account. Methods throw what re-authentication throws. */
export interface Profile {
  /**
   * Another address is asked to confirm itself, and the old one is told; the answer is the same where it has an account.
   * Throws `identity.invalid_account`, `identity.too_many_attempts`.
   */
  change(actor: Actor, origin: Origin, patch: ProfilePatch): Promise<UserView>;
  /** Throws `identity.last_admin` where an organization would be left without one. */
  remove(actor: Actor, origin: Origin, password: string | undefined): Promise<void>;
}

export interface ProfileDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly limits: Pick<SignInLimits, 'mail'>;
  readonly reauthenticate: Reauthenticate;
  readonly publicUrl: string;
}

export function createProfile(dependencies: ProfileDependencies): Profile {
  const { uow, audit, accessChanges, mail, clock, limits, reauthenticate, publicUrl } = dependencies;

  return { change, remove };

  async function change(actor: Actor, origin: Origin, patch: ProfilePatch): Promise<UserView> {
    const name = patch.name === undefined ? undefined : checkName('/name', patch.name);
    const address = patch.email === undefined ? undefined : checkEmail(patch.email);
    const account =
      address || patch.currentPassword !== undefined
        ? await reauthenticate(actor, origin, {
            password: patch.currentPassword,
            path: '/currentPassword',
            passwordRequired: true,
            lasting: address !== undefined,
          })
        : await own(actor);
    if (address) await limits.mail('new_address', { emailKey: address.emailKey, address: origin.address });
    return uow.write(instanceActor(actor.requestId), async (tx) => {
      if (name !== undefined && name !== account.name) await rename(tx, actor, account, name);
      if (address && address.email !== account.email) await askNewAddress(tx, actor, account, address);
      const changed = await findAccount(tx, account.id);
      if (!changed) throw invalidToken();
      return toUserView(changed);
    });
  }

  /** Their name is seen in all of their organizations. */
  async function own(actor: Actor): Promise<AccountRow> {
    const { userId, requestId } = actor;
    if (userId === null) throw invalidToken();
    const account = await uow.read(instanceActor(requestId), async (tx) => {
      await requireNothingElsewhere(tx, actor, userId);
      return findAccount(tx, userId);
    });
    if (!account) throw invalidToken();
    return account;
  }

  async function rename(tx: Tx, actor: Actor, account: AccountRow, name: string): Promise<void> {
    await updateName(tx, account.id, name, clock().toISOString());
    await recordAboutAccount(audit, tx, actor, account.id, {
      action: 'user.renamed',
      ...changesBetween({ name: account.name }, { name }),
    });
  }

  /** The same statements whether or not the address has an account. A proof of one that has is refused when it is used. */
  async function askNewAddress(
    tx: Tx,
    actor: Actor,
    { id: userId, email: old }: AccountRow,
    { email, emailKey }: { readonly email: string; readonly emailKey: string },
  ): Promise<void> {
    const holder = await findAccountByEmail(tx, emailKey);
    const token = await issueProof(tx, clock, { userId, purpose: 'change_email', email, emailKey });
    const taken = holder !== undefined && holder.id !== userId;
    const to = { to: email, publicUrl };
    await mail.send(tx, taken ? changeToTakenMail(to) : changeEmailMail({ ...to, token }));
    await mail.send(tx, emailChangeAskedMail({ to: old, publicUrl }));
    await recordAboutAccount(audit, tx, actor, userId, { action: 'user.email_change_asked' });
  }

  async function remove(actor: Actor, origin: Origin, password: string | undefined): Promise<void> {
    const { id: userId } = await reauthenticate(actor, origin, {
      password,
      path: '/currentPassword',
      passwordRequired: true,
    });
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      await requireOtherAdmins(tx, userId);
      const target = { type: 'user', id: userId };
      for (const { id: organizationId } of await organizationsOf(tx, userId)) {
        await audit.record(tx, actor, {
          action: 'member.removed',
          organizationId,
          target,
          details: { reason: 'account_deleted' },
        });
      }
      await recordAboutAccount(audit, tx, actor, userId, { action: 'user.deleted' });
      await endAdministration(tx, userId, clock().toISOString());
      await deleteUser(tx, userId);
      await accessChanges.notify(tx, { userId });
    });
  }
}
