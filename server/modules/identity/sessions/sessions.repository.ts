import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';

export type OpenSessionRow = Pick<
  IdentityTables['sessions'],
  | 'id'
  | 'organization_id'
  | 'method'
  | 'address'
  | 'user_agent'
  | 'rotated_at'
  | 'expires_at'
  | 'created_at'
  | 'updated_at'
>;

/** More than anybody has open by themselves. */
const MOST = 200;

/** What a person has open at time `at`, last used first. */
export async function listOpenSessions(tx: Tx, userId: string, at: string): Promise<OpenSessionRow[]> {
  return queryBuilder<IdentityTables>(tx)
    .selectFrom('sessions')
    .select([
      'id',
      'organization_id',
      'method',
      'address',
      'user_agent',
      'rotated_at',
      'expires_at',
      'created_at',
      'updated_at',
    ])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .orderBy('rotated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute();
}

/** Ends one session of this person; false where they have none such open. */
export async function revokeOwnSession(
  tx: Tx,
  session: { readonly id: string; readonly userId: string; readonly at: string },
): Promise<boolean> {
  const { id, userId, at } = session;
  const row = await queryBuilder<IdentityTables>(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
