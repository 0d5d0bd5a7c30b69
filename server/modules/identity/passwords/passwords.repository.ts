import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';

/** When the session was opened. */
export async function findSessionStart(tx: Tx, sessionId: string): Promise<string | undefined> {
  const row = await queryBuilder<IdentityTables>(tx)
    .selectFrom('sessions')
    .select('created_at')
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return row?.created_at;
}
