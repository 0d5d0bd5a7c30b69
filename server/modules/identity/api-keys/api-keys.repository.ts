import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { ApiKeyRow, ApiKeyTables } from './api-keys.tables.ts';

const KEY_COLUMNS = [
  'api_keys.organization_id',
  'api_keys.id',
  'api_keys.user_id',
  'api_keys.name',
  'api_keys.prefix',
  'api_keys.role',
  'api_keys.scopes',
  'api_keys.expires_at',
  'api_keys.revoked_at',
  'api_keys.last_used_at',
  'api_keys.created_at',
  'api_keys.updated_at',
] as const;

const builder = (tx: Tx) => queryBuilder<ApiKeyTables>(tx);

const keys = (tx: Tx, organizationId: string) =>
  builder(tx)
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select(KEY_COLUMNS)
    .select('users.name as user_name')
    .where('api_keys.organization_id', '=', organizationId);

export type NewKey = Omit<
  ApiKeyTables['api_keys'],
  'revoked_at' | 'last_used_at' | 'created_at' | 'updated_at'
>;

export async function insertKey(tx: Tx, key: NewKey, at: string): Promise<void> {
  await builder(tx)
    .insertInto('api_keys')
    .values({ ...key, revoked_at: null, last_used_at: null, created_at: at, updated_at: at })
    .execute();
}

export async function findKey(tx: Tx, organizationId: string, id: string): Promise<ApiKeyRow | undefined> {
  return keys(tx, organizationId).where('api_keys.id', '=', id).executeTakeFirst();
}

/** Whose keys, and up to where the list was read: newest first. */
export interface KeyListing {
  readonly organizationId: string;
  /** Undefined: everybody's. */
  readonly userId: string | undefined;
  readonly limit: number;
  readonly after: { readonly at: string; readonly id: string } | undefined;
}

export async function listKeys(tx: Tx, listing: KeyListing): Promise<ApiKeyRow[]> {
  const { organizationId, userId, limit, after } = listing;
  let query = keys(tx, organizationId);
  if (userId !== undefined) query = query.where('api_keys.user_id', '=', userId);
  if (after)
    query = query.where(
      sql<boolean>`(api_keys.created_at, api_keys.id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
    );
  return query.orderBy('api_keys.created_at', 'desc').orderBy('api_keys.id', 'desc').limit(limit).execute();
}

export async function organizationName(tx: Tx, id: string): Promise<string> {
  const row = await builder(tx)
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row.name;
}

/** Lets one at a time make keys for this person here. */
export async function lockOwner(
  tx: Tx,
  owner: { readonly organizationId: string; readonly userId: string },
): Promise<void> {
  await builder(tx)
    .selectFrom('memberships')
    .select('role')
    .where('organization_id', '=', owner.organizationId)
    .where('user_id', '=', owner.userId)
    .forUpdate()
    .execute();
}

/** The keys of a person that still open something at `at`. */
export async function countLiveKeys(
  tx: Tx,
  owner: { readonly organizationId: string; readonly userId: string },
  at: string,
): Promise<number> {
  const row = await builder(tx)
    .selectFrom('api_keys')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('organization_id', '=', owner.organizationId)
    .where('user_id', '=', owner.userId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Whether this call is the one that revoked it. */
export async function revokeKey(tx: Tx, organizationId: string, id: string, at: string): Promise<boolean> {
  const row = await builder(tx)
    .updateTable('api_keys')
    .set({ revoked_at: at, updated_at: at })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export interface KeyUse {
  readonly organizationId: string;
  readonly id: string;
  readonly at: string;
}

/** As the instance. A later use that another process has written stays. */
export async function markUsed(tx: Tx, uses: readonly KeyUse[]): Promise<void> {
  await sql`
    update api_keys k set last_used_at = greatest(k.last_used_at, used.at)
    from unnest(${uses.map(({ organizationId }) => organizationId)}::uuid[], ${uses.map(({ id }) => id)}::uuid[],
      ${uses.map(({ at }) => at)}::timestamptz[]) as used (organization_id, id, at)
    where k.organization_id = used.organization_id and k.id = used.id`.execute(builder(tx));
}

/** All of a person, in every organization; says how many there were. As the instance. */
export async function revokeKeysOf(tx: Tx, userId: string, at: string): Promise<number> {
  const revoked = await builder(tx)
    .updateTable('api_keys')
    .set({ revoked_at: at, updated_at: at })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return Number(revoked.numUpdatedRows);
}
