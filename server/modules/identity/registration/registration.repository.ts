import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { PendingRow, RegistrationTables } from './registration.tables.ts';

const builder = (tx: Tx) => queryBuilder<RegistrationTables>(tx);

export async function insertPending(tx: Tx, pending: PendingRow): Promise<void> {
  await builder(tx).insertInto('pending_registrations').values(pending).execute();
}

/** One that is still good. */
export async function findPending(
  tx: Tx,
  tokenHash: Uint8Array,
  at: string,
): Promise<PendingRow | undefined> {
  return builder(tx)
    .selectFrom('pending_registrations')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', at)
    .executeTakeFirst();
}

/** Uses it up; false where somebody else just did. */
export async function deletePending(tx: Tx, tokenHash: Uint8Array): Promise<boolean> {
  const row = await builder(tx)
    .deleteFrom('pending_registrations')
    .where('token_hash', '=', tokenHash)
    .returning('token_hash')
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteExpiredPending(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('pending_registrations').where('expires_at', '<', before).execute();
}
