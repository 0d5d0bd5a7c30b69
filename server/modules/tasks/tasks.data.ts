import type { UnitOfWork } from '../../platform/db/index.ts';
import { jsonLines, type TenantData } from '../../platform/tenant-data/index.ts';
import { listTasks } from './tasks.repository.ts';
import type { TaskRow } from './tasks.tables.ts';
import { toTaskView } from './tasks.view.ts';

/** The tasks' part of an archive: `tasks.jsonl`. */
export function tasksData(uow: UnitOfWork): TenantData {
  return {
    domain: 'tasks',
    files: async function* (actor) {
      yield jsonLines<TaskRow>(
        'tasks.jsonl',
        (last, limit) => {
          const after = last && { at: last.created_at, id: last.id };
          const query = { status: undefined, kind: undefined, after, limit };
          return uow.read(actor, (tx) => listTasks(tx, actor.organizationId, query));
        },
        toTaskView,
      );
    },
  };
}
