import { sql } from 'kysely';
import type { Keyset } from '../../kernel/page.ts';
import { queryBuilder, type Tx } from '../db/index.ts';
import type { MailRow, MailTables } from './mail.tables.ts';
import type { MailState } from './port.ts';

const builder = (tx: Tx) => queryBuilder<MailTables>(tx);

/** Reads nothing back: whoever causes mail may not see any. */
export async function insertMessage(
  tx: Tx,
  message: Pick<MailRow, 'id' | 'kind' | 'recipient' | 'subject' | 'state'> & {
    body: Uint8Array;
    at: string;
  },
): Promise<void> {
  const { at, ...row } = message;
  await builder(tx)
    .insertInto('mail_messages')
    .values({ ...row, attempts: 0, reason: null, sent_at: null, created_at: at, updated_at: at })
    .execute();
}

export async function findMessage(tx: Tx, id: string): Promise<MailRow | undefined> {
  return builder(tx).selectFrom('mail_messages').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Newest first, from after `after`. */
export async function listMessages(
  tx: Tx,
  limit: number,
  after: Keyset | undefined,
  state: MailState | undefined,
): Promise<MailRow[]> {
  let query = builder(tx)
    .selectFrom('mail_messages')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  if (state) query = query.where('state', '=', state);
  if (after)
    query = query.where(sql<boolean>`(created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  return query.execute();
}

export async function markSent(tx: Tx, id: string, at: string): Promise<void> {
  await builder(tx)
    .updateTable('mail_messages')
    .set((eb) => ({
      state: 'sent',
      reason: null,
      sent_at: at,
      updated_at: at,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute();
}

/** An attempt failed; the message stays `queued` or is given up. */
export async function markAttempt(
  tx: Tx,
  attempt: { id: string; state: 'queued' | 'failed'; reason: string; at: string },
): Promise<void> {
  const { id, state, reason, at } = attempt;
  await builder(tx)
    .updateTable('mail_messages')
    .set((eb) => ({ state, reason, updated_at: at, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute();
}

/** Puts a held or failed message that still has its text on its way again; false where there is none. */
export async function requeue(tx: Tx, id: string, at: string): Promise<boolean> {
  const row = await builder(tx)
    .updateTable('mail_messages')
    .set({ state: 'queued', attempts: 0, reason: null, updated_at: at })
    .where('id', '=', id)
    .where('state', 'in', ['held', 'failed'])
    .where('body', 'is not', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes away the texts of what was written before `before`; what is still on its way keeps its own. */
export async function removeBodies(tx: Tx, before: string): Promise<void> {
  await builder(tx)
    .updateTable('mail_messages')
    .set({ body: null })
    .where('body', 'is not', null)
    .where('created_at', '<', before)
    .where('state', '<>', 'queued')
    .execute();
}

export async function removeMessages(tx: Tx, before: string): Promise<void> {
  await builder(tx)
    .deleteFrom('mail_messages')
    .where('created_at', '<', before)
    .where('state', '<>', 'queued')
    .execute();
}
