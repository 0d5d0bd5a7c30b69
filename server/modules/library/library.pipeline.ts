import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { isAppError } from '../../kernel/errors.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Job } from '../../platform/queue/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import type { IngestJob } from './library.jobs.ts';
import { advance, findSource, type SourceChange } from './library.repository.ts';
import { IngestionRun, NoLongerWanted, type RunDependencies, Unreadable } from './library.run.ts';
import type { SourceRow } from './library.tables.ts';

export interface PipelineDependencies extends RunDependencies {
  readonly tasks: TasksApi;
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
    if (source?.run !== run) return;
    await this.#deps.batches.begun(actor, source.task_id);
    const cancellation = source.task_id
      ? this.#deps.tasks.watchCancellation(actor, source.task_id)
      : undefined;
    const own = new AbortController();
    this.#running.set(sourceId, own);
    const signals = [job.signal, own.signal, ...(cancellation ? [cancellation.signal] : [])];
    try {
      await new IngestionRun(this.#deps, actor, source).toEnd(AbortSignal.any(signals));
    } catch (error) {
      if (job.signal.aborted) throw error;
      // Whoever cancelled the batch may have been killed before they reached this source.
      if (cancellation?.signal.aborted) await this.#settle(actor, source, { stage: 'cancelled' });
      else if (!own.signal.aborted) await this.#settleFailure(actor, source, job, error);
    } finally {
      this.#running.delete(sourceId);
      cancellation?.release();
    }
  }

  async #settleFailure(
    actor: OrganizationActor,
    source: SourceRow,
    job: Job<IngestJob>,
    error: unknown,
  ): Promise<void> {
    if (error instanceof NoLongerWanted) return;
    const ours = !(error instanceof Unreadable);
    if (ours && job.attempt < job.maxAttempts && (!isAppError(error) || error.retryable)) throw error;
    if (ours) this.#deps.logger.error({ err: error, sourceId: source.id }, 'ingestion failed');
    const { code, message } = describeFailure(error);
    await this.#settle(actor, source, { stage: 'failed', failure_code: code, failure_message: message });
  }

  async #settle(actor: OrganizationActor, source: SourceRow, change: SourceChange): Promise<void> {
    await this.#deps.uow.write(actor, async (tx) => {
      const settled = await advance(tx, actor.organizationId, source.id, source.run, change);
      if (settled) await this.#deps.batches.changed(tx, actor, source.task_id);
    });
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
