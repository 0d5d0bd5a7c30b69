import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { ChallengeRow, SecondFactorRow, SecondFactorTables } from './second-factor.tables.ts';

// Only the instance sees these rows. `at` is the time of the change.

const builder = (tx: Tx) => queryBuilder<SecondFactorTables>(tx);

/** Begins a set-up, in place of one that was not finished. A confirmed factor stays what it is: then false. */
export async function insertFactor(
  tx: Tx,
  factor: { userId: string; secret: Uint8Array; at: string },
): Promise<boolean> {
  const { userId, secret, at } = factor;
  const row = await builder(tx)
    .insertInto('second_factors')
    .values({
      user_id: userId,
      secret,
      confirmed_at: null,
      last_step: 0,
      failures: 0,
      blocked_until: null,
      created_at: at,
      updated_at: at,
    })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ secret, updated_at: at })
        .where('second_factors.confirmed_at', 'is', null),
    )
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Reads a person's factor and keeps it from everybody else until the transaction ends: a code is looked at once. */
export async function lockFactor(tx: Tx, userId: string): Promise<SecondFactorRow | undefined> {
  return builder(tx)
    .selectFrom('second_factors')
    .select(['user_id', 'secret', 'confirmed_at', 'last_step', 'failures', 'blocked_until'])
    .where('user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
}

/** Undefined where there is none, or none that was confirmed. */
export async function findFactorState(
  tx: Tx,
  userId: string,
): Promise<{ readonly confirmedAt: string; readonly codesLeft: number } | undefined> {
  const factor = await builder(tx)
    .selectFrom('second_factors')
    .select('confirmed_at')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (!factor?.confirmed_at) return undefined;
  const codes = await builder(tx)
    .selectFrom('recovery_codes')
    .select('code_hash')
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute();
  return { confirmedAt: factor.confirmed_at, codesLeft: codes.length };
}

export async function markAccepted(tx: Tx, userId: string, lastStep: number, at: string): Promise<void> {
  await builder(tx)
    .updateTable('second_factors')
    .set({ last_step: lastStep, failures: 0, blocked_until: null, updated_at: at })
    .where('user_id', '=', userId)
    .execute();
}

export async function markFailure(
  tx: Tx,
  failure: { userId: string; failures: number; blockedUntil: string | null; at: string },
): Promise<void> {
  await builder(tx)
    .updateTable('second_factors')
    .set({ failures: failure.failures, blocked_until: failure.blockedUntil, updated_at: failure.at })
    .where('user_id', '=', failure.userId)
    .execute();
}

/** From now on the person signs in with it. */
export async function confirmFactor(tx: Tx, userId: string, at: string): Promise<void> {
  await builder(tx)
    .updateTable('second_factors')
    .set({ confirmed_at: at, updated_at: at })
    .where('user_id', '=', userId)
    .execute();
  await setSecondFactorAt(tx, userId, at, at);
}

/** Takes factor and recovery codes away. */
export async function deleteFactor(tx: Tx, userId: string, at: string): Promise<void> {
  await builder(tx).deleteFrom('second_factors').where('user_id', '=', userId).execute();
  await builder(tx).deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await builder(tx).deleteFrom('sign_in_challenges').where('user_id', '=', userId).execute();
  await setSecondFactorAt(tx, userId, null, at);
}

async function setSecondFactorAt(tx: Tx, userId: string, value: string | null, at: string): Promise<void> {
  await builder(tx)
    .updateTable('users')
    .set({ second_factor_at: value, updated_at: at })
    .where('id', '=', userId)
    .execute();
}

export async function replaceRecoveryCodes(
  tx: Tx,
  userId: string,
  hashes: readonly Uint8Array[],
  at: string,
): Promise<void> {
  await builder(tx).deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await builder(tx)
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ user_id: userId, code_hash: hash, used_at: null, created_at: at })))
    .execute();
}

/** Uses a code up; false where it is unknown or was used. Of many at once one succeeds. */
export async function takeRecoveryCode(
  tx: Tx,
  userId: string,
  hash: Uint8Array,
  at: string,
): Promise<boolean> {
  const row = await builder(tx)
    .updateTable('recovery_codes')
    .set({ used_at: at })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertChallenge(
  tx: Tx,
  challenge: ChallengeRow & { readonly token_hash: Uint8Array; readonly created_at: string },
): Promise<void> {
  await builder(tx).insertInto('sign_in_challenges').values(challenge).execute();
}

/** Reads a challenge that is still good and keeps it from everybody else until the transaction ends. */
export async function lockChallenge(
  tx: Tx,
  tokenHash: Uint8Array,
  at: string,
): Promise<ChallengeRow | undefined> {
  return (
    builder(tx)
      .selectFrom('sign_in_challenges')
      .select(['user_id', 'method', 'password_hash', 'expires_at'])
      .select(['provider_id', 'identity_id', 'provider_session', 'organization_ids', 'everything'])
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', at)
      // An identity provider that was switched off meanwhile vouches for nobody.
      .where(
        sql<boolean>`(provider_id is null or exists (select from identity_providers p where p.id = provider_id and p.enabled))`,
      )
      .forUpdate()
      .executeTakeFirst()
  );
}

export async function deleteChallenge(tx: Tx, tokenHash: Uint8Array): Promise<void> {
  await builder(tx).deleteFrom('sign_in_challenges').where('token_hash', '=', tokenHash).execute();
}

export async function deleteExpiredChallenges(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('sign_in_challenges').where('expires_at', '<', before).execute();
}
