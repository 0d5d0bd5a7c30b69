import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { LibraryTables, VersionRow } from './library.tables.ts';

const db = (tx: Tx) => queryBuilder<LibraryTables>(tx);

/** A version, and whether its text was read. */
export type StoredVersion = VersionRow & { readonly has_content: boolean };

/** Every version of every source, in the order of their keys. */
export async function pageOfVersions(
  tx: Tx,
  organizationId: string,
  after: Pick<VersionRow, 'source_id' | 'version'> | undefined,
  limit: number,
): Promise<StoredVersion[]> {
  let select = db(tx)
    .selectFrom('library_versions as v')
    .leftJoin('library_contents as c', (on) =>
      on
        .onRef('c.organization_id', '=', 'v.organization_id')
        .onRef('c.source_id', '=', 'v.source_id')
        .onRef('c.version', '=', 'v.version'),
    )
    .selectAll('v')
    .select(sql<boolean>`c.source_id is not null`.as('has_content'))
    .where('v.organization_id', '=', organizationId);
  if (after)
    select = select.where(
      sql<boolean>`(v.source_id, v.version) > (${after.source_id}::uuid, ${after.version}::int)`,
    );
  return select.orderBy('v.source_id').orderBy('v.version').limit(limit).execute();
}

/** `bytes`: of the stored files, all versions. */
export async function countLibrary(
  tx: Tx,
  organizationId: string,
): Promise<{ collections: number; sources: number; bytes: number }> {
  const { rows } = await sql<{ collections: number; sources: number; bytes: number }>`
    select (select count(*) from library_collections where organization_id = ${organizationId}) as collections,
      (select count(*) from library_sources where organization_id = ${organizationId}) as sources,
      (select coalesce(sum(size), 0)::int8 from library_versions where organization_id = ${organizationId}) as bytes`.execute(
    db(tx),
  );
  return rows[0] ?? { collections: 0, sources: 0, bytes: 0 };
}
