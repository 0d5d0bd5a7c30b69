import { setTimeout as delay } from 'node:timers/promises';
import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import type { Job, Queue, QueueDefinition } from '../../platform/queue/index.ts';
import type { TaskOutcome, TasksApi } from '../tasks/index.ts';
import { countByStage } from './library.repository.ts';

interface CountJob {
  readonly organizationId: string;
  readonly taskId: string;
  readonly requestId: string;
}

const COUNT: QueueDefinition<CountJob> = {
  name: 'library.count_batch',
  retries: 20,
  concurrency: 2,
  heartbeatSeconds: 10,
  timeoutSeconds: 60,
};

/** How long changes are gathered before they are counted once. */
const GATHER_MS = 200;
/** Tasks that this process remembers to have begun. */
const REMEMBERED = 1_000;

interface Counts {
  readonly ready: number;
  readonly failed: number;
  readonly cancelled: number;
}

/**
 * Keeps a batch's task in step with its sources. The numbers are counted, never added up, by a job that is enqueued in the
 * transaction that changed a source; one such job waits for each task, so however fast files settle, and whatever is
 * killed in between, the last count comes after the last change.
 */
export class BatchProgress {
  readonly #uow: UnitOfWork;
  readonly #queue: Queue;
  readonly #tasks: TasksApi;
  readonly #begun = new Set<string>();

  constructor(uow: UnitOfWork, queue: Queue, tasks: TasksApi) {
    this.#uow = uow;
    this.#queue = queue;
    this.#tasks = tasks;
    queue.handle(COUNT, (job) => this.#count(job));
  }

  /** The first file of a batch is being worked on. */
  async begun(actor: OrganizationActor, taskId: string | null): Promise<void> {
    if (taskId === null || this.#begun.has(taskId)) return;
    if (this.#begun.size >= REMEMBERED) this.#begun.clear();
    this.#begun.add(taskId);
    await this.#tasks.started(actor, taskId, 1);
  }

  /** A source of the batch has settled, or is gone. */
  async changed(tx: Tx, actor: OrganizationActor, taskId: string | null): Promise<void> {
    if (taskId === null) return;
    const { organizationId, requestId } = actor;
    await this.#queue.enqueue(tx, COUNT, { organizationId, taskId, requestId }, { singletonKey: taskId });
  }

  async #count({ data: { organizationId, taskId, requestId }, signal }: Job<CountJob>): Promise<void> {
    await delay(GATHER_MS, undefined, { signal });
    const actor = systemActor(organizationId, requestId);
    const stages = await this.#uow.read(actor, (tx) => countByStage(tx, organizationId, taskId));
    const of = (stage: keyof Counts) => stages.get(stage) ?? 0;
    const counts: Counts = { ready: of('ready'), failed: of('failed'), cancelled: of('cancelled') };
    const done = counts.ready + counts.failed + counts.cancelled;
    const total = [...stages.values()].reduce((sum, count) => sum + count, 0);
    await this.#tasks.progress(actor, taskId, { done, total, message: summary(counts) });
    if (done < total) return;
    const { cancelRequested } = await this.#tasks.get(actor, taskId);
    await this.#tasks.finish(actor, taskId, outcomeOf(counts, cancelRequested));
  }
}

function outcomeOf(counts: Counts, cancelRequested: boolean): TaskOutcome {
  const { ready, failed, cancelled } = counts;
  if (cancelled > 0 && (cancelRequested || ready + failed === 0)) return { status: 'cancelled' };
  if (failed === 0 || ready > 0) return { status: 'succeeded', result: { ...counts } };
  const message = failed === 1 ? 'The file could not be processed.' : 'None of the files could be processed.';
  return { status: 'failed', error: { code: 'library.all_failed', message }, result: { ...counts } };
}

function summary({ ready, failed, cancelled }: Counts): string {
  const parts = [
    `${ready} ready`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ];
  return parts.join(', ');
}
