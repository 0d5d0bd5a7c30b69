import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { isAppError } from '../../kernel/errors.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Job } from '../../platform/queue/index.ts';
import type { IndexDocument, SearchIndex } from '../../platform/search/port.ts';
import type { Storage } from '../../platform/storage/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import type { BatchProgress } from './library.batch.ts';
import { sourceReady } from './library.events.ts';
import type { IngestJob } from './library.jobs.ts';
import { advance, findSource, type SourceChange } from './library.repository.ts';
import type { SourceRow } from './library.tables.ts';
import {
  findContent,
  findVersion,
  listChunks,
  saveChunks,
  saveContent,
  type VersionKey,
} from './library.versions.repository.ts';
import type { MediaType, ParsedDocument, ParseFailure, Parser } from './parsing/index.ts';

export const SOURCE = 'source';

/** Who may find a source: members from `regular` on. */
const AUDIENCE = ['role:regular'];

/** More than any document of 20 million characters can have. */
const ALL_CHUNKS = 200_000;

export interface PipelineDependencies {
  readonly uow: UnitOfWork;
  readonly storage: Storage;
  readonly parser: Parser;
  readonly search: SearchIndex;
  readonly events: Events;
  readonly tasks: TasksApi;
  readonly batches: BatchProgress;
  readonly logger: Logger;
}

/** The pipeline stops quietly: the source was cancelled, deleted or started again. */
class NoLongerWanted extends Error {}

/** The file itself is at fault: the source fails with a sentence for its owner. */
class Unreadable extends Error {
  readonly failure: ParseFailure;
  constructor(failure: ParseFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/**
 * Takes a source from stage to stage: received → parsed → segmented → embedded → indexed → ready. Each stage does its work
 * outside a transaction, then writes its result and the new stage in one, on condition that the run is still the wanted
 * one. So a stage can be repeated, and after a crash the next try goes on from the last stage that was written.
 */
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
      if (source.run === run) await this.#advanceToEnd(actor, source, AbortSignal.any(signals));
    } catch (error) {
      if (job.signal.aborted) throw error;
      if (!own.signal.aborted && !cancellation?.signal.aborted) await this.#settleFailure(actor, job, error);
    } finally {
      this.#running.delete(sourceId);
      cancellation?.release();
    }
    if (source.task_id) await this.#deps.batches.update(actor, source.task_id);
  }

  async #advanceToEnd(actor: OrganizationActor, source: SourceRow, signal: AbortSignal): Promise<void> {
    let current = source;
    for (;;) {
      signal.throwIfAborted();
      switch (current.stage) {
        case 'received':
          current = await this.#parse(actor, current, signal);
          break;
        case 'parsed':
          current = await this.#segment(actor, current, signal);
          break;
        case 'segmented':
          current = await this.#embed(actor, current, signal);
          break;
        case 'embedded':
          current = await this.#index(actor, current);
          break;
        case 'indexed':
          current = await this.#finish(actor, current);
          break;
        default:
          return;
      }
    }
  }

  async #parse(actor: OrganizationActor, source: SourceRow, signal: AbortSignal): Promise<SourceRow> {
    const key = keyOf(source);
    const version = await this.#deps.uow.read(actor, (tx) => findVersion(tx, key));
    if (!version) throw new NoLongerWanted();
    const file = await this.#deps.storage.localPath(version.storage_key);
    try {
      const parsed = await this.#deps.parser.parse(
        file.path,
        { mediaType: version.media_type as MediaType, language: source.declared_language },
        signal,
      );
      if (!parsed.ok) throw new Unreadable(parsed.error);
      return await this.#advance(actor, source, { stage: 'parsed' }, (tx) =>
        saveContent(tx, key, parsed.value),
      );
    } finally {
      await file.release();
    }
  }

  async #segment(actor: OrganizationActor, source: SourceRow, signal: AbortSignal): Promise<SourceRow> {
    const key = keyOf(source);
    const document = await this.#document(actor, source);
    const chunks = await this.#deps.parser.segment(document, signal);
    if (!chunks.ok) throw new Unreadable(chunks.error);
    return this.#advance(actor, source, { stage: 'segmented' }, (tx) => saveChunks(tx, key, chunks.value));
  }

  async #embed(actor: OrganizationActor, source: SourceRow, signal: AbortSignal): Promise<SourceRow> {
    const key = keyOf(source);
    const document = await this.#document(actor, source);
    const chunks = await this.#deps.uow.read(actor, (tx) => listChunks(tx, key, 0, ALL_CHUNKS));
    const indexed: IndexDocument = {
      type: SOURCE,
      id: source.id,
      version: source.pending_version,
      title: titleOf(source, document),
      language: document.language,
      collectionId: source.collection_id,
      audience: AUDIENCE,
      passages: chunks.map((chunk) => ({
        ordinal: chunk.ordinal,
        text: document.text.slice(chunk.start_at, chunk.end_at),
        start: chunk.start_at,
        end: chunk.end_at,
        page: chunk.page,
        headings: chunk.headings,
      })),
    };
    await this.#deps.search.stage(actor, indexed, signal);
    return this.#advance(actor, source, { stage: 'embedded' });
  }

  /** From here on the new version is the one that is found and read. */
  async #index(actor: OrganizationActor, source: SourceRow): Promise<SourceRow> {
    const document = await this.#document(actor, source);
    const change: SourceChange = {
      stage: 'indexed',
      version: source.pending_version,
      title: titleOf(source, document),
      language: document.language,
      authors: [...document.authors],
    };
    return this.#advance(actor, source, change, (tx) =>
      this.#deps.search.activate(tx, actor, { type: SOURCE, id: source.id, version: source.pending_version }),
    );
  }

  async #finish(actor: OrganizationActor, source: SourceRow): Promise<SourceRow> {
    const key = keyOf(source);
    return this.#advance(actor, source, { stage: 'ready' }, async (tx) => {
      const last = await listChunks(tx, key, 0, ALL_CHUNKS);
      await this.#deps.events.emit(tx, actor, sourceReady, {
        sourceId: source.id,
        version: source.version,
        chunks: last.length,
      });
    });
  }

  /** The stage and its result in one transaction, unless somebody has cancelled, deleted or restarted the source. */
  #advance(
    actor: OrganizationActor,
    source: SourceRow,
    change: SourceChange,
    write: (tx: Parameters<Parameters<UnitOfWork['write']>[1]>[0]) => Promise<void> = async () => undefined,
  ): Promise<SourceRow> {
    return this.#deps.uow.write(actor, async (tx) => {
      const moved = await advance(tx, actor.organizationId, source.id, source.run, change);
      if (!moved) throw new NoLongerWanted();
      await write(tx);
      return moved;
    });
  }

  async #document(actor: OrganizationActor, source: SourceRow): Promise<ParsedDocument> {
    const content = await this.#deps.uow.read(actor, (tx) => findContent(tx, keyOf(source)));
    if (!content) throw new NoLongerWanted();
    return {
      mediaType: source.media_type as MediaType,
      title: content.title,
      authors: content.authors,
      language: content.language,
      text: content.content,
      structure: content.structure,
    };
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

function keyOf(source: SourceRow): VersionKey {
  return { organizationId: source.organization_id, sourceId: source.id, version: source.pending_version };
}

/** A pasted text keeps the title it was given; a file is called what it calls itself, or by its name. */
function titleOf(source: SourceRow, document: ParsedDocument): string {
  return (source.file_name === null ? source.title : (document.title ?? source.title)).slice(0, 500);
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
