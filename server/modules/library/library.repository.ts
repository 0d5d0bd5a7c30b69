import { sql } from 'kysely';
import type { Keyset } from '../../kernel/page.ts';
import { queryBuilder, statement, type Tx } from '../../platform/db/index.ts';
import type { Stage } from './library.schemas.ts';
import type { LibraryTables, ShownSource, SourceRow } from './library.tables.ts';

/** Stages from which nothing happens by itself any more. */
export const SETTLED: readonly Stage[] = ['ready', 'failed', 'cancelled'];

const db = (tx: Tx) => queryBuilder<LibraryTables>(tx);
const now = sql<string>`clock_timestamp()`;

export interface SourceFilter {
  readonly collectionId: string | undefined;
  readonly status: Stage | 'processing' | undefined;
  readonly q: string | undefined;
  readonly taskId: string | undefined;
}

const sourceById = statement<SourceRow>(
  'select * from library_sources where organization_id = $1 and id = $2',
);

export async function findSource(tx: Tx, organizationId: string, id: string): Promise<SourceRow | undefined> {
  const [row] = await sourceById(tx, organizationId, id);
  return row;
}

/** The same, and nobody else may change the row until the transaction ends. */
export async function lockSource(tx: Tx, organizationId: string, id: string): Promise<SourceRow | undefined> {
  return db(tx)
    .selectFrom('library_sources')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** The columns of `ShownSource`: a list reads twenty rows, and each column is parsed. */
const SHOWN = `id, collection_id, title, file_name, media_type, language, authors, size, sha256, stage, failure_code,
  failure_message, version, task_id, created_at, updated_at`;

/** The list that people wait for most is put together as text: a query builder takes 30 µs for it, a tenth of the request. */
export async function listSources(
  tx: Tx,
  organizationId: string,
  filter: SourceFilter,
  after: Keyset | undefined,
  limit: number,
): Promise<readonly ShownSource[]> {
  const values: unknown[] = [organizationId, limit];
  const given = (value: unknown) => `$${values.push(value)}`;
  const wanted = ['organization_id = $1'];
  if (filter.collectionId) wanted.push(`collection_id = ${given(filter.collectionId)}`);
  if (filter.taskId) wanted.push(`task_id = ${given(filter.taskId)}`);
  if (filter.status === 'processing') wanted.push(`stage <> all(${given(SETTLED)}::text[])`);
  else if (filter.status) wanted.push(`stage = ${given(filter.status)}`);
  if (filter.q) {
    const part = given(`%${filter.q.replace(/[\\%_]/g, '\\$&')}%`);
    wanted.push(`(title ilike ${part} or file_name ilike ${part})`);
  }
  if (after) wanted.push(`(created_at, id) < (${given(after.at)}::timestamptz, ${given(after.id)}::uuid)`);
  const list = statement<ShownSource>(`select ${SHOWN} from library_sources where ${wanted.join(' and ')}
    order by created_at desc, id desc limit $2`);
  return await list(tx, ...values);
}

/** What changed after a moment, oldest change first, for live views. */
export function listChangedSources(
  tx: Tx,
  organizationId: string,
  since: string,
  limit: number,
): Promise<SourceRow[]> {
  return db(tx)
    .selectFrom('library_sources')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('updated_at', '>', since)
    .orderBy('updated_at')
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function databaseTime(tx: Tx): Promise<string> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db(tx));
  return rows[0]?.now ?? new Date().toISOString();
}

export function findByHashes(
  tx: Tx,
  organizationId: string,
  collectionId: string | null,
  hashes: readonly string[],
): Promise<SourceRow[]> {
  return db(tx)
    .selectFrom('library_sources')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`collection_id is not distinct from ${collectionId}::uuid`)
    .where(sql<boolean>`sha256 = any(${[...hashes]}::text[])`)
    .execute();
}

/** The newest source of each file name in a collection: what a re-upload adds a version to. */
export function findByFileNames(
  tx: Tx,
  organizationId: string,
  collectionId: string | null,
  names: readonly string[],
): Promise<SourceRow[]> {
  return db(tx)
    .selectFrom('library_sources')
    .distinctOn('file_name')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`collection_id is not distinct from ${collectionId}::uuid`)
    .where(sql<boolean>`file_name = any(${[...names]}::text[])`)
    .orderBy('file_name')
    .orderBy('created_at', 'desc')
    .execute();
}

export type NewSource = Pick<
  SourceRow,
  | 'id'
  | 'collection_id'
  | 'title'
  | 'file_name'
  | 'media_type'
  | 'declared_language'
  | 'language'
  | 'size'
  | 'sha256'
  | 'task_id'
  | 'created_by'
>;

/** Inserts sources; one whose bytes arrived meanwhile is left out of the answer. */
export function insertSources(
  tx: Tx,
  organizationId: string,
  sources: readonly NewSource[],
): Promise<SourceRow[]> {
  return db(tx)
    .insertInto('library_sources')
    .values(
      sources.map((source) => ({
        ...source,
        organization_id: organizationId,
        authors: [],
        stage: 'received' as const,
        version: 0,
        pending_version: 1,
        run: 1,
        created_at: now,
        updated_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute();
}

export type SourceChange = Partial<
  Pick<
    SourceRow,
    | 'stage'
    | 'failure_code'
    | 'failure_message'
    | 'version'
    | 'pending_version'
    | 'task_id'
    | 'media_type'
    | 'file_name'
    | 'title'
    | 'language'
    | 'declared_language'
    | 'authors'
    | 'size'
    | 'sha256'
  >
>;

/** Moves a source on if it is still in the run that the caller works for; undefined when it is not. */
export function advance(
  tx: Tx,
  organizationId: string,
  id: string,
  run: number,
  change: SourceChange,
): Promise<SourceRow | undefined> {
  return db(tx)
    .updateTable('library_sources')
    .set({ ...change, updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('run', '=', run)
    .where('stage', 'not in', SETTLED)
    .returningAll()
    .executeTakeFirst();
}

/** Starts the pipeline of a source again as a new run; jobs of earlier runs stop by themselves. */
export async function restart(
  tx: Tx,
  organizationId: string,
  id: string,
  change: SourceChange,
): Promise<SourceRow> {
  return db(tx)
    .updateTable('library_sources')
    .set({
      ...change,
      stage: 'received',
      failure_code: null,
      failure_message: null,
      run: sql`run + 1`,
      updated_at: now,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Into another collection, or into none. */
export async function place(
  tx: Tx,
  organizationId: string,
  id: string,
  collectionId: string | null,
): Promise<SourceRow> {
  return db(tx)
    .updateTable('library_sources')
    .set({ collection_id: collectionId, updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Cancels one source, or all of a task that have not settled; gives those that were. */
export function cancelSources(
  tx: Tx,
  organizationId: string,
  which: { readonly id: string } | { readonly taskId: string },
): Promise<SourceRow[]> {
  const update = db(tx)
    .updateTable('library_sources')
    .set({
      stage: 'cancelled',
      failure_code: null,
      failure_message: null,
      run: sql`run + 1`,
      updated_at: now,
    })
    .where('organization_id', '=', organizationId)
    .where('stage', 'not in', SETTLED);
  return ('id' in which ? update.where('id', '=', which.id) : update.where('task_id', '=', which.taskId))
    .returningAll()
    .execute();
}

export async function countByStage(
  tx: Tx,
  organizationId: string,
  taskId: string,
): Promise<ReadonlyMap<Stage, number>> {
  const rows = await db(tx)
    .selectFrom('library_sources')
    .select(['stage', (is) => is.fn.countAll<number>().as('n')])
    .where('organization_id', '=', organizationId)
    .where('task_id', '=', taskId)
    .groupBy('stage')
    .execute();
  return new Map(rows.map((row) => [row.stage, Number(row.n)]));
}

export function listUnfinishedOfTask(tx: Tx, organizationId: string, taskId: string): Promise<SourceRow[]> {
  return db(tx)
    .selectFrom('library_sources')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('task_id', '=', taskId)
    .where('stage', 'in', ['failed', 'cancelled'])
    .execute();
}

export async function deleteSource(tx: Tx, organizationId: string, id: string): Promise<boolean> {
  const result = await db(tx)
    .deleteFrom('library_sources')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
