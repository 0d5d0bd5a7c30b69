import { sql } from 'kysely';
import type { Keyset } from '../../../kernel/page.ts';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { ExportRow, ExportTables } from './organizations.tables.ts';

// Archives of organizations. `at` is the time of the change.

const builder = (tx: Tx) => queryBuilder<ExportTables>(tx);

export interface NewExport {
  readonly organizationId: string;
  readonly id: string;
  readonly taskId: string;
  readonly createdBy: string | null;
  readonly at: string;
  readonly expiresAt: string;
}

/** Lets nobody else begin an export of the organization until the transaction ends. */
export async function lockExports(tx: Tx, organizationId: string): Promise<void> {
  const name = JSON.stringify(['exports', organizationId]);
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(builder(tx));
}

export async function insertExport(tx: Tx, made: NewExport): Promise<ExportRow> {
  return builder(tx)
    .insertInto('organization_exports')
    .values({
      organization_id: made.organizationId,
      id: made.id,
      task_id: made.taskId,
      storage_key: null,
      size: null,
      sha256: null,
      created_by: made.createdBy,
      expires_at: made.expiresAt,
      created_at: made.at,
      updated_at: made.at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function findExport(tx: Tx, organizationId: string, id: string): Promise<ExportRow | undefined> {
  return builder(tx)
    .selectFrom('organization_exports')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Newest first. */
export async function listExports(
  tx: Tx,
  organizationId: string,
  limit: number,
  after: Keyset | undefined,
): Promise<ExportRow[]> {
  let select = builder(tx)
    .selectFrom('organization_exports')
    .selectAll()
    .where('organization_id', '=', organizationId);
  if (after)
    select = select.where(sql<boolean>`(created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  return select.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

/** Puts the archive in its place; false where the export is gone, or another run was first. */
export async function setArchive(
  tx: Tx,
  organizationId: string,
  id: string,
  archive: { readonly key: string; readonly size: number; readonly sha256: string; readonly at: string },
): Promise<boolean> {
  const updated = await builder(tx)
    .updateTable('organization_exports')
    .set({
      storage_key: archive.key,
      size: archive.size,
      sha256: archive.sha256,
      updated_at: archive.at,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('storage_key', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** Organizations with exports that had expired at `at`. As the instance. */
export async function organizationsWithExpired(tx: Tx, at: string): Promise<string[]> {
  const rows = await builder(tx)
    .selectFrom('organization_exports')
    .select('organization_id')
    .distinct()
    .where('expires_at', '<=', at)
    .execute();
  return rows.map(({ organization_id }) => organization_id);
}

/** Removes the exports of an organization that had expired at `at`, and gives the keys of their files. */
export async function deleteExpired(tx: Tx, organizationId: string, at: string): Promise<string[]> {
  const rows = await builder(tx)
    .deleteFrom('organization_exports')
    .where('organization_id', '=', organizationId)
    .where('expires_at', '<=', at)
    .returning('storage_key')
    .execute();
  return rows.flatMap(({ storage_key }) => storage_key ?? []);
}

/** Which of these files are archives that are still there. Sees one organization only. */
export async function knownArchives(tx: Tx, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await builder(tx)
    .selectFrom('organization_exports')
    .select('storage_key')
    .where(sql<boolean>`storage_key = any(${[...keys]}::text[])`)
    .execute();
  return new Set(rows.flatMap(({ storage_key }) => storage_key ?? []));
}
