import type { Actor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { SecretBox } from '../../../platform/auth/index.ts';
import type { Tx } from '../../../platform/db/index.ts';
import { recordAboutAccount } from '../identity.account-trail.ts';
import { tooManyAttempts } from '../identity.errors.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { lockFactor, markAccepted, markFailure, takeRecoveryCode } from './second-factor.repository.ts';
import type { SecondFactorRow } from './second-factor.tables.ts';
import { acceptedStep } from './totp.ts';

/** What somebody shows: the authenticator's code, or one of the recovery codes. */
export type Shown = { readonly code: string } | { readonly recoveryCode: string };

export type Verdict = 'code' | 'recovery_code' | 'wrong' | 'no_factor';

export interface VerificationDependencies {
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly secrets: SecretBox;
}

/**
 * Looks at a code once, under a lock on the factor. A wrong one is counted in the caller's transaction, which must commit.
 * Throws `identity.too_many_attempts`, before looking.
 */
export type VerifyFactor = (
  tx: Tx,
  actor: Actor,
  userId: string,
  shown: Shown,
  state: 'confirmed' | 'being_set_up',
) => Promise<Verdict>;

/** Wrong codes before the first wait. */
const FREE = 5;
/** Seconds; doubles up to an hour: of a million codes, about three are right at a time. Kept in the row and not in the cache, which may be lost. */
const BASE = 30;
const CAP = 3600;

export const secretContext = (userId: string) => `second_factors/secret/${userId}`;

export function createVerification({ audit, clock, secrets }: VerificationDependencies): VerifyFactor {
  return async (tx, actor, userId, shown, state) => {
    const factor = await lockFactor(tx, userId);
    if (!factor || (factor.confirmed_at !== null) !== (state === 'confirmed')) return 'no_factor';
    const now = clock();
    const blocked = factor.blocked_until === null ? 0 : Date.parse(factor.blocked_until) - now.getTime();
    if (blocked > 0) throw tooManyAttempts(Math.ceil(blocked / 1000));
    const verdict =
      'code' in shown ? await code(tx, factor, shown.code) : await recovery(tx, factor, shown.recoveryCode);
    if (verdict === 'wrong') await fail(tx, actor, factor);
    return verdict;
  };

  async function code(tx: Tx, factor: SecondFactorRow, given: string): Promise<Verdict> {
    const secret = secrets.open(factor.secret, secretContext(factor.user_id));
    const step = secret && acceptedStep(secret, given, clock());
    // Once only (RFC 6238, 5.2), and none from before the last one.
    if (step === undefined || step <= factor.last_step) return 'wrong';
    await markAccepted(tx, factor.user_id, step, clock().toISOString());
    return 'code';
  }

  async function recovery(tx: Tx, factor: SecondFactorRow, given: string): Promise<Verdict> {
    const at = clock().toISOString();
    if (!(await takeRecoveryCode(tx, factor.user_id, hashRecoveryCode(given), at))) return 'wrong';
    await markAccepted(tx, factor.user_id, factor.last_step, at);
    return 'recovery_code';
  }

  async function fail(
    tx: Tx,
    actor: Actor,
    { user_id: userId, failures: before }: SecondFactorRow,
  ): Promise<void> {
    const now = clock();
    const failures = before + 1;
    const wait = failures < FREE ? 0 : Math.min(CAP, BASE * 2 ** (failures - FREE));
    const blockedUntil = wait === 0 ? null : new Date(now.getTime() + wait * 1000).toISOString();
    await markFailure(tx, { userId, failures, blockedUntil, at: now.toISOString() });
    await recordAboutAccount(audit, tx, actor, userId, {
      action: 'second_factor.failed',
      outcome: 'denied',
      details: { failures },
    });
  }
}
