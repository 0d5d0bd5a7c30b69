import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import { sessionsOpenedBy } from '../federation/federated-sessions.repository.ts';
import type { Way } from '../federation/sso.repository.ts';
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

/** What a person has open at time `at`, last used first; `by`: only what came this way. */
export async function listOpenSessions(
  tx: Tx,
  userId: string,
  at: string,
  by: Way | undefined,
): Promise<OpenSessionRow[]> {
  const open = queryBuilder<IdentityTables>(tx)
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
    .limit(MOST);
  return (by ? open.where('id', 'in', sessionsOpenedBy(tx, by)) : open).execute();
}

/** Ends one session of this person and says in which organization it was; undefined where they have none such open. `by`: only one that came this way. */
export async function revokeOwnSession(
  tx: Tx,
  session: {
    readonly id: string;
    readonly userId: string;
    readonly at: string;
    readonly by: Way | undefined;
  },
): Promise<string | undefined> {
  const { id, userId, at, by } = session;
  const one = queryBuilder<IdentityTables>(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .returning('organization_id');
  const row = await (by ? one.where('id', 'in', sessionsOpenedBy(tx, by)) : one).executeTakeFirst();
  return row?.organization_id;
}
