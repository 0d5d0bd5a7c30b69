import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { isId } from '../../../kernel/ids.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { SecretBox } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { secondFactorChangedMail } from '../email/email.messages.ts';
import { recordAboutAccount } from '../identity.account-trail.ts';
import { invalidToken, userNotFound } from '../identity.errors.ts';
import { emailKeyOf, requireInstance } from '../identity.policy.ts';
import { findAccount, findAccountByEmail } from '../identity.repository.ts';
import type { Origin, Sessions } from '../identity.sessions.port.ts';
import type { Reauthenticate } from '../passwords/reauthentication.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { noSecondFactor, secondFactorExists, wrongCode } from './second-factor.errors.ts';
import {
  confirmFactor,
  deleteFactor,
  findFactorState,
  insertFactor,
  replaceRecoveryCodes,
} from './second-factor.repository.ts';
import type { RecoveryCodesView, SecondFactorView, SetUpView } from './second-factor.schemas.ts';
import { newTotpSecret, provisioningOf } from './totp.ts';
import { type Shown, secretContext, type VerifyFactor } from './verification.ts';

/** A person's own second factor. Methods throw `identity.second_factor_not_valid` and `identity.too_many_attempts` for codes. */
export interface SecondFactors {
  state(actor: Actor): Promise<SecondFactorView>;
  /**
   * A new secret, which counts once a code of it was shown. Throws `identity.second_factor_exists` and what
   * re-authentication throws.
   */
  begin(actor: Actor, origin: Origin, password: string | undefined): Promise<SetUpView>;
  /** Switches it on, ends other sign-ins, and gives recovery codes. Throws `identity.no_second_factor`. */
  confirm(actor: Actor, code: string): Promise<RecoveryCodesView>;
  /** Throws `identity.no_second_factor`, and what re-authentication throws. */
  remove(actor: Actor, origin: Origin, password: string | undefined, shown: Shown): Promise<void>;
  /** Ten new codes in place of all earlier ones. Throws `identity.no_second_factor`. */
  renewCodes(actor: Actor, shown: Shown): Promise<RecoveryCodesView>;
  /** For somebody who has lost everything; for operators, who name them by id or address. Throws `identity.user_not_found`, `identity.not_allowed`. */
  reset(actor: Actor, person: string): Promise<void>;
}

export interface SecondFactorDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly reauthenticate: Reauthenticate;
  readonly verify: VerifyFactor;
  readonly publicUrl: string;
}

export function createSecondFactors(dependencies: SecondFactorDependencies): SecondFactors {
  const { uow, audit, mail, clock, secrets, sessions, reauthenticate, verify, publicUrl } = dependencies;

  return { state, begin, confirm, remove, renewCodes, reset };

  async function state(actor: Actor): Promise<SecondFactorView> {
    const row = await uow.read(instanceOf(actor), (tx) => findFactorState(tx, personOf(actor)));
    return {
      enabled: row !== undefined,
      confirmedAt: row?.confirmedAt ?? null,
      recoveryCodesLeft: row?.codesLeft ?? 0,
    };
  }

  async function begin(actor: Actor, origin: Origin, password: string | undefined): Promise<SetUpView> {
    const proof = { password, path: '/currentPassword', passwordRequired: false };
    const { id: userId, email } = await reauthenticate(actor, origin, proof);
    const secret = newTotpSecret();
    const sealed = secrets.seal(secret, secretContext(userId));
    const at = clock().toISOString();
    if (!(await uow.write(instanceOf(actor), (tx) => insertFactor(tx, { userId, secret: sealed, at }))))
      throw secondFactorExists();
    const provisioning = provisioningOf(secret, new URL(publicUrl).host, email);
    const { renderSVG } = await import('uqr');
    return { ...provisioning, qrSvg: renderSVG(provisioning.uri) };
  }

  async function confirm(actor: Actor, code: string): Promise<RecoveryCodesView> {
    const userId = personOf(actor);
    const recoveryCodes = await uow.write(instanceOf(actor), async (tx) => {
      if (!(await accepted(tx, actor, { code }, 'being_set_up'))) return undefined;
      await confirmFactor(tx, userId, clock().toISOString());
      await sessions.endAll(tx, actor, { userId, reason: 'second_factor.added', except: actor.credentialId });
      await tell(tx, actor, userId, 'added');
      return giveCodes(tx, userId);
    });
    if (!recoveryCodes) throw wrongCode();
    return { recoveryCodes };
  }

  async function remove(
    actor: Actor,
    origin: Origin,
    password: string | undefined,
    shown: Shown,
  ): Promise<void> {
    const { id: userId } = await reauthenticate(actor, origin, {
      password,
      path: '/currentPassword',
      passwordRequired: true,
    });
    const removed = await uow.write(instanceOf(actor), async (tx) => {
      if (!(await accepted(tx, actor, shown, 'confirmed'))) return false;
      await deleteFactor(tx, userId, clock().toISOString());
      await tell(tx, actor, userId, 'removed');
      return true;
    });
    if (!removed) throw wrongCode();
  }

  async function renewCodes(actor: Actor, shown: Shown): Promise<RecoveryCodesView> {
    const userId = personOf(actor);
    const recoveryCodes = await uow.write(instanceOf(actor), async (tx) => {
      if (!(await accepted(tx, actor, shown, 'confirmed'))) return undefined;
      await recordAboutAccount(audit, tx, actor, userId, { action: 'second_factor.recovery_codes_renewed' });
      return giveCodes(tx, userId);
    });
    if (!recoveryCodes) throw wrongCode();
    return { recoveryCodes };
  }

  async function reset(actor: Actor, person: string): Promise<void> {
    requireInstance(actor);
    const emailKey = emailKeyOf(person);
    await uow.write(instanceOf(actor), async (tx) => {
      const account = isId(person)
        ? await findAccount(tx, person)
        : emailKey && (await findAccountByEmail(tx, emailKey));
      if (!account) throw userNotFound();
      if (account.second_factor_at === null) return;
      await deleteFactor(tx, account.id, clock().toISOString());
      await tell(tx, actor, account.id, 'removed');
    });
  }

  /** Whether the code is right. A wrong one is counted, so the transaction has to commit. */
  async function accepted(
    tx: Tx,
    actor: Actor,
    shown: Shown,
    wanted: 'confirmed' | 'being_set_up',
  ): Promise<boolean> {
    const verdict = await verify(tx, actor, personOf(actor), shown, wanted);
    if (verdict === 'no_factor') throw noSecondFactor();
    return verdict !== 'wrong';
  }

  async function giveCodes(tx: Tx, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    await replaceRecoveryCodes(tx, userId, codes.map(hashRecoveryCode), clock().toISOString());
    return codes;
  }

  async function tell(tx: Tx, actor: Actor, userId: string, what: 'added' | 'removed'): Promise<void> {
    await recordAboutAccount(audit, tx, actor, userId, { action: `second_factor.${what}` });
    const account = await findAccount(tx, userId);
    if (account) await mail.send(tx, secondFactorChangedMail({ to: account.email, publicUrl }, what));
  }
}

function personOf({ userId }: Actor): string {
  if (userId === null) throw invalidToken();
  return userId;
}

function instanceOf({ requestId }: Actor): Actor {
  return instanceActor(requestId);
}
