import type { TaskView } from './tasks.schemas.ts';
import type { TaskRow } from './tasks.tables.ts';

export function toTaskView(row: TaskRow): TaskView {
  return {
    id: row.id,
    kind: row.kind,
    queue: row.queue,
    title: row.title,
    status: row.status,
    progress: { done: row.done, total: row.total, unit: row.unit, message: row.message },
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    cancelRequested: row.cancel_requested,
    ...(row.error_code === null ? {} : { error: { code: row.error_code, message: row.error_message ?? '' } }),
    ...(row.result === null ? {} : { result: row.result }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
  };
}
