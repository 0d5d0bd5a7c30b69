import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { isAppError } from '../../kernel/errors.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Job } from '../../platform/queue/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import type { BatchProgress } from './library.batch.ts';
import type { IngestJob } from './library.jobs.ts';
import { advance, findSource } from './library.repository.ts';
import { IngestionRun, NoLongerWanted, type RunDependencies, Unreadable } from './library.run.ts';

export interface PipelineDependencies extends RunDependencies {
  readonly tasks: TasksApi;
  readonly batches: BatchProgress;
  readonly logger: Logger;
}

/** Runs ingestion jobs: one source each, stopped when somebody cancels, settled when the file or we fail. */
export class Pipeline {
  readonly #deps: PipelineDependencies;
  readonly #running = new Map<string, AbortController>();

  constructor(dependencies: PipelineDependencies) {
    this.#deps = dependencies;
  }

  /** Aborts what this process is doing for a source. Other processes notice at the end of the stage they are in. */
  abort(sourceId: string): void {
    this.#running.get(sourceId)?.abort(new NoLongerWanted());
  }

  async run(job: Job<IngestJob>): Promise<void> {
    const { organizationId, sourceId, run, requestId } = job.data;
    const actor = systemActor(organizationId, requestId);
    const source = await this.#deps.uow.read(actor, (tx) => findSource(tx, organizationId, sourceId));
    if (!source) return;
    const cancellation = source.task_id
      ? this.#deps.tasks.watchCancellation(actor, source.task_id)
      : undefined;
    const own = new AbortController();
    this.#running.set(sourceId, own);
    const signals = [job.signal, own.signal, ...(cancellation ? [cancellation.signal] : [])];
    try {
      if (source.run === run)
        await new IngestionRun(this.#deps, actor, source).toEnd(AbortSignal.any(signals));
    } catch (error) {
      if (job.signal.aborted) throw error;
      if (!own.signal.aborted && !cancellation?.signal.aborted) await this.#settleFailure(actor, job, error);
    } finally {
      this.#running.delete(sourceId);
      cancellation?.release();
    }
    if (source.task_id) await this.#deps.batches.update(actor, source.task_id);
  }

  async #settleFailure(actor: OrganizationActor, job: Job<IngestJob>, error: unknown): Promise<void> {
    if (error instanceof NoLongerWanted) return;
    const mayTryAgain =
      !(error instanceof Unreadable) &&
      job.attempt < job.maxAttempts &&
      (!isAppError(error) || error.retryable);
    if (mayTryAgain) throw error;
    if (!(error instanceof Unreadable))
      this.#deps.logger.error({ err: error, sourceId: job.data.sourceId }, 'ingestion failed');
    const { code, message } = describeFailure(error);
    await this.#deps.uow.write(actor, (tx) =>
      advance(tx, actor.organizationId, job.data.sourceId, job.data.run, {
        stage: 'failed',
        failure_code: code,
        failure_message: message,
      }),
    );
  }
}

function describeFailure(error: unknown): { code: string; message: string } {
  if (error instanceof Unreadable) return error.failure;
  if (isAppError(error)) return { code: error.code, message: error.safeMessage };
  return {
    code: 'library.interrupted',
    message:
      'Processing was interrupted too often by a fault on our side. Try again; if it fails again, ask the operator for the log.',
  };
}
