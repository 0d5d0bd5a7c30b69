import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { FederationTables } from './federation.tables.ts';

// What providers have told about their people, and in which order.

const builder = (tx: Tx) => queryBuilder<FederationTables>(tx);

/** Lets nobody else admit the same subject until the transaction ends; before its first sign-in there is no row to lock. */
export async function lockSubject(tx: Tx, issuer: string, subject: string): Promise<void> {
  const name = JSON.stringify(['federation', issuer, subject]);
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(builder(tx));
}

export async function findSubject(tx: Tx, providerId: string, subject: string) {
  return builder(tx)
    .selectFrom('federated_subjects')
    .select(['event_at', 'deleted_at'])
    .where('provider_id', '=', providerId)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

export async function saveSubject(tx: Tx, row: FederationTables['federated_subjects']): Promise<void> {
  await builder(tx)
    .insertInto('federated_subjects')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['provider_id', 'subject'])
        .doUpdateSet({ event_at: row.event_at, deleted_at: row.deleted_at }),
    )
    .execute();
}

/** False where the message has been seen before. Of the same message many times at once one is new. */
export async function insertMessage(
  tx: Tx,
  providerId: string,
  messageId: string,
  at: string,
): Promise<boolean> {
  const result = await builder(tx)
    .insertInto('federation_messages')
    .values({ provider_id: providerId, message_id: messageId, received_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function deleteMessagesBefore(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('federation_messages').where('received_at', '<', before).execute();
}
