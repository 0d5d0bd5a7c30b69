import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Job, Queue, QueueDefinition } from '../../platform/queue/index.ts';
import type { SearchPlatform, TrainingOutcome } from '../../platform/search/index.ts';
import type { TasksApi } from '../tasks/index.ts';

export interface TrainingJob {
  readonly organizationId: string;
  readonly requestId: string;
  /** Set where a person retried the task; otherwise the job makes one, if there is anything to do. */
  readonly taskId?: string;
}

export const TRAIN: QueueDefinition<TrainingJob> = {
  name: 'search.train',
  // A killed process uses up a try.
  retries: 20,
  concurrency: 1,
  onePerOrganization: true,
  long: true,
  heartbeatSeconds: 30,
  timeoutSeconds: 3600,
};

/** Uploads come in bursts: a training waits a little, so that one serves many of them. */
const SETTLE_SECONDS = 10;

export interface SearchJobsOptions {
  readonly search: SearchPlatform;
  readonly queue: Queue;
  readonly tasks: TasksApi;
  readonly uow: UnitOfWork;
  readonly logger: Logger;
}

/** Training the built-in embedder and re-embedding for a changed one, as a task that people can watch, cancel and retry. */
export function searchJobs(options: SearchJobsOptions): void {
  const { search, queue, tasks, uow } = options;
  const enqueue = (tx: Tx, actor: OrganizationActor, startAfterSeconds: number, taskId?: string) => {
    const { organizationId, requestId } = actor;
    const job = { organizationId, requestId, ...(taskId === undefined ? {} : { taskId }) };
    return queue.enqueue(tx, TRAIN, job, { singletonKey: organizationId, startAfterSeconds });
  };
  search.onTrainingDue((tx, actor) => enqueue(tx, actor, SETTLE_SECONDS));
  queue.handle(TRAIN, (job) => train(options, job));
  tasks.register(TRAIN.name, {
    // The running job sees its signal aborted; one that waits finds its task ended.
    cancel: async (actor, task) => {
      if (task.status === 'queued') await tasks.finish(actor, task.id, { status: 'cancelled' });
    },
    retry: (actor, task) => uow.write(actor, (tx) => enqueue(tx, actor, 0, task.id)),
  });
}

async function train(
  { search, tasks, uow, logger }: SearchJobsOptions,
  job: Job<TrainingJob>,
): Promise<void> {
  const actor = systemActor(job.data.organizationId, job.data.requestId);
  // Most jobs find that an earlier one has done the work: those leave no task behind.
  if (job.data.taskId === undefined && job.attempt === 1 && !(await search.isTrainingDue(actor))) return;
  const taskId = job.data.taskId ?? (await taskOf(uow, tasks, actor, job.id));
  const attempt = { number: job.attempt, max: job.maxAttempts, signal: job.signal };
  await tasks.run(actor, taskId, attempt, async ({ signal, progress }) => {
    const outcome = await search.train(actor, signal, progress);
    logger.info({ organizationId: actor.organizationId, outcome }, 'search training ended');
    return resultOf(outcome);
  });
}

/** The job's own task, whichever attempt this is: one that was killed goes on where people watch it. */
async function taskOf(
  uow: UnitOfWork,
  tasks: TasksApi,
  actor: OrganizationActor,
  id: string,
): Promise<string> {
  const task = await uow.write(actor, (tx) =>
    tasks.create(tx, actor, {
      id,
      kind: TRAIN.name,
      queue: TRAIN.name,
      title: 'Learn from the library how its texts relate',
      total: 0,
      unit: 'passages',
      maxAttempts: TRAIN.retries + 1,
      payload: {},
    }),
  );
  return task.id;
}

function resultOf(outcome: TrainingOutcome): Record<string, unknown> {
  return outcome.kind === 'switched' ? { embedder: outcome.embedder, passages: outcome.passages } : {};
}
