import type { OrganizationActor } from '../../kernel/actor.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import { countByStage } from './library.repository.ts';

const MIN_INTERVAL_MS = 250;

interface Pending {
  readonly done: Promise<void>;
}

/**
 * Keeps a batch's task in step with its sources. The numbers are counted, never added up, so whatever was interrupted is
 * right again after the next count; counts that fall together are made once.
 */
export class BatchProgress {
  readonly #uow: UnitOfWork;
  readonly #tasks: TasksApi;
  readonly #pending = new Map<string, Pending>();

  constructor(uow: UnitOfWork, tasks: TasksApi) {
    this.#uow = uow;
    this.#tasks = tasks;
  }

  /** Resolves when a count that began after this call is written. */
  update(actor: OrganizationActor, taskId: string): Promise<void> {
    const waiting = this.#pending.get(taskId);
    if (waiting) return waiting.done;
    const done = new Promise<void>((resolve) => setTimeout(resolve, MIN_INTERVAL_MS)).then(() => {
      this.#pending.delete(taskId);
      return this.#count(actor, taskId);
    });
    this.#pending.set(taskId, { done });
    return done;
  }

  async #count(actor: OrganizationActor, taskId: string): Promise<void> {
    const counts = await this.#uow.read(actor, (tx) => countByStage(tx, actor.organizationId, taskId));
    const of = (stage: 'ready' | 'failed' | 'cancelled') => counts.get(stage) ?? 0;
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const result = { ready: of('ready'), failed: of('failed'), cancelled: of('cancelled') };
    const done = result.ready + result.failed + result.cancelled;
    await this.#tasks.progress(actor, taskId, { done, total, message: summary(result) });
    if (done < total || total === 0) return;
    if (result.ready > 0 || result.failed === 0)
      await this.#tasks.finish(actor, taskId, { status: 'succeeded', result });
    else {
      const message =
        total === 1 ? 'The file could not be processed.' : 'None of the files could be processed.';
      await this.#tasks.finish(actor, taskId, {
        status: 'failed',
        error: { code: 'library.all_failed', message },
        result,
      });
    }
  }
}

function summary({
  ready,
  failed,
  cancelled,
}: {
  readonly ready: number;
  readonly failed: number;
  readonly cancelled: number;
}): string {
  const parts = [
    `${ready} ready`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ];
  return parts.join(', ');
}
