import { sql } from 'kysely';
import type { Keyset } from '../../kernel/page.ts';
import { queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { CollectionRow, LibraryTables } from './library.tables.ts';

const db = (tx: Tx) => queryBuilder<LibraryTables>(tx);

/** What people may change. */
export type CollectionFields = Pick<CollectionRow, 'name' | 'description' | 'language'>;

export type CollectionWithCount = CollectionRow & { sources: number };

function selectWithCount(tx: Tx, organizationId: string) {
  return db(tx)
    .selectFrom('library_collections as c')
    .selectAll('c')
    .select((is) =>
      is
        .selectFrom('library_sources as s')
        .select((count) => count.fn.countAll<number>().as('n'))
        .whereRef('s.organization_id', '=', 'c.organization_id')
        .whereRef('s.collection_id', '=', 'c.id')
        .$asScalar()
        .$notNull()
        .as('sources'),
    )
    .where('c.organization_id', '=', organizationId);
}

export function findCollection(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<CollectionWithCount | undefined> {
  return selectWithCount(tx, organizationId).where('c.id', '=', id).executeTakeFirst();
}

export function listCollections(
  tx: Tx,
  organizationId: string,
  after: Keyset | undefined,
  limit: number,
): Promise<CollectionWithCount[]> {
  let select = selectWithCount(tx, organizationId);
  if (after)
    select = select.where(sql<boolean>`(c.created_at, c.id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  return select.orderBy('c.created_at', 'desc').orderBy('c.id', 'desc').limit(limit).execute();
}

export async function insertCollection(
  tx: Tx,
  collection: Pick<CollectionRow, 'organization_id' | 'id' | 'name' | 'description' | 'language'>,
): Promise<void> {
  const at = sql<string>`clock_timestamp()`;
  await db(tx)
    .insertInto('library_collections')
    .values({ ...collection, version: 1, created_at: at, updated_at: at })
    .execute();
}

/** Reads a collection and keeps it from everybody else until the transaction ends. */
export function lockCollection(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<CollectionFields | undefined> {
  return db(tx)
    .selectFrom('library_collections')
    .select(['name', 'description', 'language'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** Changes a collection that still has the expected version; false when it has moved on. */
export async function updateCollection(
  tx: Tx,
  organizationId: string,
  id: string,
  expectedVersion: number,
  change: Partial<CollectionFields>,
): Promise<boolean> {
  const result = await db(tx)
    .updateTable('library_collections')
    .set({ ...change, version: sql`version + 1`, updated_at: sql`clock_timestamp()` })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('version', '=', expectedVersion)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function deleteCollection(tx: Tx, organizationId: string, id: string): Promise<void> {
  await db(tx)
    .deleteFrom('library_collections')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}
