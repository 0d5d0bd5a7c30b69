import { sql } from 'kysely';
import type { Keyset } from '../../kernel/page.ts';
import { queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { NewTask, TaskOutcome, TaskProgress } from './index.ts';
import type { TaskRow, TaskTables } from './tasks.tables.ts';

const rows = (tx: Tx) => queryBuilder<TaskTables>(tx);

const now = sql<string>`clock_timestamp()`;

export async function insertTask(
  tx: Tx,
  organizationId: string,
  id: string,
  task: NewTask,
  by: { readonly userId: string | null; readonly requestId: string },
): Promise<TaskRow> {
  return (
    rows(tx)
      .insertInto('tasks')
      .values({
        organization_id: organizationId,
        id,
        kind: task.kind,
        queue: task.queue,
        title: task.title,
        status: 'queued',
        done: 0,
        total: task.total,
        unit: task.unit,
        message: '',
        attempt: 0,
        max_attempts: task.maxAttempts,
        cancel_requested: false,
        payload: sql`${JSON.stringify(task.payload)}::jsonb`,
        created_by: by.userId,
        request_id: by.requestId,
        created_at: now,
        updated_at: now,
      })
      // Changes nothing, and so gives back the row that is there.
      .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doUpdateSet({ id }))
      .returningAll()
      .executeTakeFirstOrThrow()
  );
}

export function findTask(tx: Tx, organizationId: string, id: string): Promise<TaskRow | undefined> {
  return rows(tx)
    .selectFrom('tasks')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export function listTasks(
  tx: Tx,
  organizationId: string,
  query: {
    readonly status: TaskRow['status'] | undefined;
    readonly kind: string | undefined;
    readonly after: Keyset | undefined;
    readonly limit: number;
  },
): Promise<TaskRow[]> {
  let select = rows(tx).selectFrom('tasks').selectAll().where('organization_id', '=', organizationId);
  if (query.status) select = select.where('status', '=', query.status);
  if (query.kind) select = select.where('kind', '=', query.kind);
  if (query.after)
    select = select.where(
      sql<boolean>`(created_at, id) < (${query.after.at}::timestamptz, ${query.after.id}::uuid)`,
    );
  return select.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(query.limit).execute();
}

export async function markStarted(
  tx: Tx,
  organizationId: string,
  id: string,
  attempt: number,
): Promise<void> {
  await rows(tx)
    .updateTable('tasks')
    .set({
      status: 'running',
      attempt,
      started_at: sql`coalesce(started_at, clock_timestamp())`,
      updated_at: now,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .execute();
}

export async function setProgress(
  tx: Tx,
  organizationId: string,
  id: string,
  progress: TaskProgress,
): Promise<void> {
  await rows(tx)
    .updateTable('tasks')
    .set({
      ...(progress.done === undefined ? {} : { done: progress.done }),
      ...(progress.total === undefined ? {} : { total: progress.total }),
      ...(progress.message === undefined ? {} : { message: progress.message }),
      updated_at: now,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .execute();
}

/** Ends a task that has not ended; gives whether this call was the one. */
export async function endTask(
  tx: Tx,
  organizationId: string,
  id: string,
  outcome: TaskOutcome,
): Promise<boolean> {
  const failure = outcome.status === 'failed' ? outcome.error : undefined;
  const result = outcome.status === 'cancelled' ? undefined : outcome.result;
  const ended = await rows(tx)
    .updateTable('tasks')
    .set({
      status: outcome.status,
      error_code: failure?.code ?? null,
      error_message: failure?.message ?? null,
      result: result ? sql`${JSON.stringify(result)}::jsonb` : null,
      finished_at: now,
      updated_at: now,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}

export async function requestCancel(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<TaskRow | undefined> {
  return rows(tx)
    .updateTable('tasks')
    .set({ cancel_requested: true, updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst();
}

export async function requeue(tx: Tx, organizationId: string, id: string): Promise<TaskRow | undefined> {
  return rows(tx)
    .updateTable('tasks')
    .set({
      status: 'queued',
      cancel_requested: false,
      error_code: null,
      error_message: null,
      result: null,
      message: '',
      finished_at: null,
      updated_at: now,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', 'in', ['failed', 'cancelled'])
    .returningAll()
    .executeTakeFirst();
}

/** Which of these tasks somebody asked to cancel. */
export async function cancelledAmong(
  tx: Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<string[]> {
  const found = await rows(tx)
    .selectFrom('tasks')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
    .where('cancel_requested', '=', true)
    .execute();
  return found.map((row) => row.id);
}
