import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { EmailTables, ProofPurpose, ProofRow } from './email.tables.ts';

// Proofs that are sent by mail, and the addresses that they prove. Only the instance sees them.

const builder = (tx: Tx) => queryBuilder<EmailTables>(tx);

/** In place of an earlier one of the same purpose: the newest mail is the one that counts. */
export async function putProof(
  tx: Tx,
  proof: ProofRow & { token_hash: Uint8Array; at: string },
): Promise<void> {
  const { at, ...row } = proof;
  const { token_hash, email, email_key, expires_at } = row;
  await builder(tx)
    .insertInto('account_tokens')
    .values({ ...row, created_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'purpose'])
        .doUpdateSet({ token_hash, email, email_key, expires_at, created_at: at }),
    )
    .execute();
}

export interface ProofQuestion {
  readonly tokenHash: Uint8Array;
  readonly purposes: readonly ProofPurpose[];
  /** Whose it must be; anybody's where it is not given. */
  readonly userId?: string;
  readonly at: string;
}

/** Uses a proof up; undefined where it is unknown, replaced, used, too old or not theirs. Of many at once one succeeds. */
export async function takeProof(tx: Tx, question: ProofQuestion): Promise<ProofRow | undefined> {
  const { tokenHash, purposes, userId, at } = question;
  let query = builder(tx)
    .deleteFrom('account_tokens')
    .where('token_hash', '=', tokenHash)
    .where('purpose', 'in', [...purposes])
    .where('expires_at', '>', at);
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  return query.returning(['user_id', 'purpose', 'email', 'email_key', 'expires_at']).executeTakeFirst();
}

/** Where a proof that is still good was sent, without using it up. */
export async function findProof(
  tx: Tx,
  tokenHash: Uint8Array,
  purpose: ProofPurpose,
  at: string,
): Promise<ProofRow | undefined> {
  return builder(tx)
    .selectFrom('account_tokens')
    .select(['user_id', 'purpose', 'email', 'email_key', 'expires_at'])
    .where('token_hash', '=', tokenHash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', at)
    .executeTakeFirst();
}

export async function deleteProofs(tx: Tx, userId: string, purposes: readonly ProofPurpose[]): Promise<void> {
  await builder(tx)
    .deleteFrom('account_tokens')
    .where('user_id', '=', userId)
    .where('purpose', 'in', [...purposes])
    .execute();
}

export async function deleteExpiredProofs(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('account_tokens').where('expires_at', '<', before).execute();
}

/** The address is theirs: where it is still the one of the account. */
export async function markEmailVerified(
  tx: Tx,
  userId: string,
  emailKey: string,
  at: string,
): Promise<boolean> {
  const row = await builder(tx)
    .updateTable('users')
    .set({ email_verified_at: at, updated_at: at })
    .where('id', '=', userId)
    .where('email_key', '=', emailKey)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Fails with a unique violation (`isEmailTaken`) where somebody else has the address. */
export async function updateEmail(
  tx: Tx,
  userId: string,
  address: { email: string; emailKey: string },
  at: string,
): Promise<void> {
  await builder(tx)
    .updateTable('users')
    .set({ email: address.email, email_key: address.emailKey, email_verified_at: at, updated_at: at })
    .where('id', '=', userId)
    .execute();
}
