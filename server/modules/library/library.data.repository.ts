import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { ContentRow, LibraryTables, VersionRow } from './library.tables.ts';

const db = (tx: Tx) => queryBuilder<LibraryTables>(tx);

type VersionKey = Pick<VersionRow, 'source_id' | 'version'>;

const isAfter = ({ source_id, version }: VersionKey) =>
  sql<boolean>`(source_id, version) > (${source_id}::uuid, ${version}::int)`;

/** Every version of every source, in the order of their keys. */
export async function pageOfVersions(
  tx: Tx,
  organizationId: string,
  after: VersionKey | undefined,
  limit: number,
): Promise<VersionRow[]> {
  let select = db(tx)
    .selectFrom('library_versions')
    .selectAll()
    .where('organization_id', '=', organizationId);
  if (after) select = select.where(isAfter(after));
  return select.orderBy('source_id').orderBy('version').limit(limit).execute();
}

/** The texts of all versions that were read, in the order of their keys. */
export async function pageOfContents(
  tx: Tx,
  organizationId: string,
  after: VersionKey | undefined,
  limit: number,
): Promise<ContentRow[]> {
  let select = db(tx)
    .selectFrom('library_contents')
    .selectAll()
    .where('organization_id', '=', organizationId);
  if (after) select = select.where(isAfter(after));
  return select.orderBy('source_id').orderBy('version').limit(limit).execute();
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
