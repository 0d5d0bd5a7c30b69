import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { ChunkRow, ContentRow, LibraryTables, VersionRow } from './library.tables.ts';
import type { Chunk, ParsedDocument } from './parsing/index.ts';

const db = (tx: Tx) => queryBuilder<LibraryTables>(tx);

export interface VersionKey {
  readonly organizationId: string;
  readonly sourceId: string;
  readonly version: number;
}

const keyOf = (key: VersionKey) => ({
  organization_id: key.organizationId,
  source_id: key.sourceId,
  version: key.version,
});

export async function insertVersions(
  tx: Tx,
  versions: readonly Omit<VersionRow, 'created_at'>[],
): Promise<void> {
  await db(tx)
    .insertInto('library_versions')
    .values(versions.map((version) => ({ ...version, created_at: sql`clock_timestamp()` })))
    .execute();
}

export function findVersion(tx: Tx, key: VersionKey): Promise<VersionRow | undefined> {
  return db(tx)
    .selectFrom('library_versions')
    .selectAll()
    .where((is) => is.and(keyOf(key)))
    .executeTakeFirst();
}

export function listVersions(
  tx: Tx,
  organizationId: string,
  sourceId: string,
  before: number | undefined,
  limit: number,
): Promise<VersionRow[]> {
  let select = db(tx)
    .selectFrom('library_versions')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('source_id', '=', sourceId);
  if (before !== undefined) select = select.where('version', '<', before);
  return select.orderBy('version', 'desc').limit(limit).execute();
}

export async function storageKeysOf(tx: Tx, organizationId: string, sourceId: string): Promise<string[]> {
  const rows = await db(tx)
    .selectFrom('library_versions')
    .select('storage_key')
    .distinct()
    .where('organization_id', '=', organizationId)
    .where('source_id', '=', sourceId)
    .execute();
  return rows.map((row) => row.storage_key);
}

/** Which of these files some version still needs. Sees one organization only: call it for each. */
export async function knownStorageKeys(tx: Tx, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db(tx)
    .selectFrom('library_versions')
    .select('storage_key')
    .where(sql<boolean>`storage_key = any(${[...keys]}::text[])`)
    .execute();
  return new Set(rows.map((row) => row.storage_key));
}

/** Writes the canonical text of a version; writing it again replaces it (the pipeline may run a stage twice). */
export async function saveContent(tx: Tx, key: VersionKey, document: ParsedDocument): Promise<void> {
  const values = {
    content: document.text,
    structure: sql<ContentRow['structure']>`${JSON.stringify(document.structure)}::jsonb`,
    title: document.title,
    language: document.language,
    authors: [...document.authors],
  };
  await db(tx)
    .insertInto('library_contents')
    .values({ ...keyOf(key), ...values })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'source_id', 'version']).doUpdateSet(values),
    )
    .execute();
}

export function findContent(tx: Tx, key: VersionKey): Promise<ContentRow | undefined> {
  return db(tx)
    .selectFrom('library_contents')
    .selectAll()
    .where((is) => is.and(keyOf(key)))
    .executeTakeFirst();
}

/** Texts only, of several versions at once, for checking quotes. */
export async function findTexts(
  tx: Tx,
  organizationId: string,
  keys: readonly { readonly id: string; readonly version: number }[],
) {
  if (keys.length === 0) return [];
  return db(tx)
    .selectFrom('library_contents')
    .select(['source_id', 'version', 'content'])
    .where('organization_id', '=', organizationId)
    .where(
      sql<boolean>`(source_id, version) in (select * from unnest(${keys.map((key) => key.id)}::uuid[], ${keys.map((key) => key.version)}::int[]))`,
    )
    .execute();
}

/** Replaces the chunks of a version. */
export async function saveChunks(tx: Tx, key: VersionKey, chunks: readonly Chunk[]): Promise<void> {
  await db(tx)
    .deleteFrom('library_chunks')
    .where((is) => is.and(keyOf(key)))
    .execute();
  const column = <T>(pick: (chunk: Chunk) => T) => JSON.stringify(chunks.map(pick));
  await sql`
    insert into library_chunks (organization_id, source_id, version, ordinal, start_at, end_at, page, headings, tokens)
    select ${key.organizationId}::uuid, ${key.sourceId}::uuid, ${key.version}::int, c.ordinal, c.start_at, c.end_at, c.page,
      array(select jsonb_array_elements_text(c.headings)), c.tokens
    from jsonb_to_recordset(${column((chunk) => ({
      ordinal: chunk.ordinal,
      start_at: chunk.start,
      end_at: chunk.end,
      page: chunk.page,
      headings: chunk.headings,
      tokens: chunk.tokens,
    }))}::jsonb) as c (ordinal int, start_at int, end_at int, page int, headings jsonb, tokens int)`.execute(
    db(tx),
  );
}

/** Chunks in order, from `from` on. */
export function listChunks(tx: Tx, key: VersionKey, from: number, limit: number): Promise<ChunkRow[]> {
  return db(tx)
    .selectFrom('library_chunks')
    .selectAll()
    .where((is) => is.and(keyOf(key)))
    .where('ordinal', '>=', from)
    .orderBy('ordinal')
    .limit(limit)
    .execute();
}
