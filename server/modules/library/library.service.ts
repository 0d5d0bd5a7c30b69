import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import { requireOrganization } from '../../kernel/organization.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import { isForeignKeyViolation, isUniqueViolation, type UnitOfWork } from '../../platform/db/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Queue, QueueDefinition } from '../../platform/queue/index.ts';
import type { SearchIndex } from '../../platform/search/port.ts';
import type { TasksApi, TaskView } from '../tasks/index.ts';
import type { BatchProgress } from './library.batch.ts';
import { findCollection } from './library.collections.repository.ts';
import {
  alreadyInCollection,
  cannotCancel,
  collectionNotFound,
  sourceNotFound,
  stillProcessing,
} from './library.errors.ts';
import { sourceDeleted } from './library.events.ts';
import { INGEST_TASK, type IngestJob } from './library.jobs.ts';
import type { Pipeline } from './library.pipeline.ts';
import * as sources from './library.repository.ts';
import { SOURCE } from './library.run.ts';
import type { SourceView } from './library.schemas.ts';
import type { SourceRow } from './library.tables.ts';
import * as versions from './library.versions.repository.ts';
import { toSourceView } from './library.view.ts';

export interface LibraryDependencies {
  readonly uow: UnitOfWork;
  readonly queue: Queue;
  readonly ingest: QueueDefinition<IngestJob>;
  readonly search: SearchIndex;
  readonly events: Events;
  readonly audit: AuditTrail;
  readonly tasks: TasksApi;
  readonly batches: BatchProgress;
  readonly pipeline: Pipeline;
}

/** What people do with sources once they are there: cancel, process again, move, delete; and some of it for a whole batch. */
export class LibraryService {
  readonly #deps: LibraryDependencies;

  constructor(dependencies: LibraryDependencies) {
    this.#deps = dependencies;
  }

  async cancel(actor: Actor, id: string): Promise<SourceView> {
    const caller = requireOrganization(actor);
    const cancelled = await this.#deps.uow.write(caller, async (tx) => {
      const [source] = await sources.cancelSources(tx, caller.organizationId, { id });
      if (source) await this.#deps.batches.changed(tx, caller, source.task_id);
      return source;
    });
    if (!cancelled) throw cannotCancel((await this.#find(caller, id)).stage);
    this.#deps.pipeline.abort(id);
    return toSourceView(cancelled);
  }

  /** Tries a failed or cancelled source again, or makes a new version of a ready one from the same file. */
  async reprocess(
    actor: Actor,
    id: string,
  ): Promise<{ readonly source: SourceView; readonly task: TaskView }> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    return this.#deps.uow.write(caller, async (tx) => {
      const source = await sources.lockSource(tx, organizationId, id);
      if (!source) throw sourceNotFound();
      if (!sources.SETTLED.includes(source.stage)) throw stillProcessing();
      const task = await this.#deps.tasks.create(tx, caller, {
        kind: INGEST_TASK,
        queue: this.#deps.ingest.name,
        title: `Reprocess ${source.title}`.slice(0, 500),
        total: 1,
        unit: 'files',
        maxAttempts: 1,
        payload: {},
      });
      const change = { task_id: task.id };
      if (source.stage === 'ready') {
        const current = await versions.findVersion(tx, {
          organizationId,
          sourceId: id,
          version: source.version,
        });
        if (!current) throw sourceNotFound();
        const { created_at: _, ...file } = current;
        await versions.insertVersions(tx, [{ ...file, version: source.pending_version + 1 }]);
        Object.assign(change, { pending_version: source.pending_version + 1 });
      }
      const restarted = await sources.restart(tx, organizationId, id, change);
      await this.#deps.batches.changed(tx, caller, source.task_id);
      await this.#deps.queue.enqueue(tx, this.#deps.ingest, jobOf(caller, restarted));
      return { source: toSourceView(restarted), task };
    });
  }

  /**
   * Puts the source into another collection, or into none (null); search follows in the same transaction. Refused while it is
   * processed: the run would index it where it was.
   */
  async move(actor: Actor, id: string, target: string | null): Promise<SourceView> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    const moved = await this.#deps.uow
      .write(caller, async (tx) => {
        const source = await sources.lockSource(tx, organizationId, id);
        if (!source) throw sourceNotFound();
        const collection = target === null ? null : await findCollection(tx, organizationId, target);
        if (collection === undefined) throw collectionNotFound();
        // As it is kept: an id may come in capitals.
        const collectionId = collection?.id ?? null;
        if (source.collection_id === collectionId) return source;
        if (!sources.SETTLED.includes(source.stage)) throw stillProcessing();
        const placed = await sources.place(tx, organizationId, id, collectionId);
        await this.#deps.search.update(tx, caller, { type: SOURCE, id }, { collectionId });
        await this.#deps.audit.record(tx, caller, {
          action: 'source.moved',
          organizationId,
          target: { type: SOURCE, id },
          before: { collectionId: source.collection_id },
          after: { collectionId },
        });
        return placed;
      })
      .catch((error: unknown) => {
        if (isUniqueViolation(error, 'library_sources_bytes')) throw alreadyInCollection();
        // Deleted since it was looked at.
        if (isForeignKeyViolation(error)) throw collectionNotFound();
        throw error;
      });
    return toSourceView(moved);
  }

  /** Removes the source, its versions, chunks and index entries at once, and its files soon after. */
  async delete(actor: Actor, id: string): Promise<void> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    const source = await this.#find(caller, id);
    await this.#deps.uow.write(caller, async (tx) => {
      const storageKeys = await versions.storageKeysOf(tx, organizationId, id);
      if (!(await sources.deleteSource(tx, organizationId, id))) throw sourceNotFound();
      await this.#deps.batches.changed(tx, caller, source.task_id);
      await this.#deps.search.remove(tx, caller, { type: SOURCE, id });
      await this.#deps.events.emit(tx, caller, sourceDeleted, { sourceId: id, storageKeys });
      await this.#deps.audit.record(tx, caller, {
        action: 'source.deleted',
        organizationId,
        target: { type: SOURCE, id },
        before: { title: source.title, collectionId: source.collection_id, version: source.version },
      });
    });
    this.#deps.pipeline.abort(id);
  }

  /**
   * What cancelling a batch means: its sources that have not settled are cancelled, what runs stops. As everywhere, sources
   * come before the count: one of the files that run holds its source, and waits for whoever has asked for the count.
   */
  async cancelBatch(actor: OrganizationActor, taskId: string): Promise<void> {
    const cancelled = await this.#deps.uow.write(actor, async (tx) => {
      const rows = await sources.cancelSources(tx, actor.organizationId, { taskId });
      await this.#deps.batches.changed(tx, actor, taskId);
      return rows;
    });
    for (const source of cancelled) this.#deps.pipeline.abort(source.id);
  }

  /** What retrying a batch means: its failed and cancelled sources start again. */
  async retryBatch(actor: OrganizationActor, taskId: string): Promise<void> {
    await this.#deps.uow.write(actor, async (tx) => {
      const rows = await sources.listUnfinishedOfTask(tx, actor.organizationId, taskId);
      const restarted: SourceRow[] = [];
      for (const row of rows) restarted.push(await sources.restart(tx, actor.organizationId, row.id, {}));
      await this.#deps.queue.enqueueMany(
        tx,
        this.#deps.ingest,
        restarted.map((row) => jobOf(actor, row)),
      );
      await this.#deps.batches.changed(tx, actor, taskId);
    });
  }

  async #find(actor: OrganizationActor, id: string): Promise<SourceRow> {
    const row = await this.#deps.uow.read(actor, (tx) => sources.findSource(tx, actor.organizationId, id));
    if (!row) throw sourceNotFound();
    return row;
  }
}

function jobOf(actor: OrganizationActor, source: SourceRow): IngestJob {
  return {
    organizationId: actor.organizationId,
    sourceId: source.id,
    run: source.run,
    requestId: actor.requestId,
  };
}
