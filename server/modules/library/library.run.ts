import type { OrganizationActor } from '../../kernel/actor.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { SearchIndex } from '../../platform/search/port.ts';
import type { Storage } from '../../platform/storage/index.ts';
import type { BatchProgress } from './library.batch.ts';
import { sourceReady } from './library.events.ts';
import { advance, type SourceChange } from './library.repository.ts';
import type { SourceRow } from './library.tables.ts';
import {
  findContent,
  findVersion,
  listChunks,
  saveChunks,
  saveContent,
  type VersionKey,
} from './library.versions.repository.ts';
import type { Chunk, MediaType, ParsedDocument, ParseFailure, Parser } from './parsing/index.ts';

/** The kind of thing a source is in the search index and in citations. */
export const SOURCE = 'source';

/** Who may find a source: members from `regular` on. */
const AUDIENCE = ['role:regular'];

/** More than any document of 20 million characters can have. */
const ALL_CHUNKS = 200_000;

export interface RunDependencies {
  readonly uow: UnitOfWork;
  readonly storage: Storage;
  readonly parser: Parser;
  readonly search: SearchIndex;
  readonly events: Events;
  readonly batches: BatchProgress;
}

/** The pipeline stops quietly: the source was cancelled, deleted or started again. */
export class NoLongerWanted extends Error {}

/** The file itself is at fault: the source fails with a sentence for its owner. */
export class Unreadable extends Error {
  readonly failure: ParseFailure;
  constructor(failure: ParseFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/**
 * Takes one source from stage to stage: received → parsed → segmented → embedded → indexed → ready. Each stage does its
 * work outside a transaction, then writes its result and the new stage in one, on condition that the run is still the
 * wanted one. So a stage can be repeated, and after a crash the next try goes on from the last stage that was written.
 */
export class IngestionRun {
  readonly #deps: RunDependencies;
  readonly #actor: OrganizationActor;
  readonly #key: VersionKey;
  #source: SourceRow;
  // What this run has made itself it need not read back; after a crash the database has it.
  #document: ParsedDocument | undefined;
  #chunks: readonly Chunk[] | undefined;

  constructor(dependencies: RunDependencies, actor: OrganizationActor, source: SourceRow) {
    this.#deps = dependencies;
    this.#actor = actor;
    this.#source = source;
    this.#key = {
      organizationId: source.organization_id,
      sourceId: source.id,
      version: source.pending_version,
    };
  }

  /** Throws `Unreadable`, `NoLongerWanted`, the signal's reason, or whatever broke. */
  async toEnd(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      switch (this.#source.stage) {
        case 'received':
          await this.#parse(signal);
          break;
        case 'parsed':
          await this.#segment(signal);
          break;
        case 'segmented':
          await this.#embed(signal);
          break;
        case 'embedded':
          await this.#index();
          break;
        case 'indexed':
          await this.#finish();
          break;
        default:
          return;
      }
    }
  }

  async #parse(signal: AbortSignal): Promise<void> {
    const version = await this.#deps.uow.read(this.#actor, (tx) => findVersion(tx, this.#key));
    if (!version) throw new NoLongerWanted();
    const file = await this.#deps.storage.localPath(version.storage_key);
    const { declared_language: language } = this.#source;
    const parsed = await this.#deps.parser
      .parse(file.path, { mediaType: version.media_type as MediaType, language }, signal)
      .finally(() => file.release());
    if (!parsed.ok) throw new Unreadable(parsed.error);
    const document = parsed.value;
    await this.#advance({ stage: 'parsed' }, (tx) => saveContent(tx, this.#key, document));
    this.#document = document;
  }

  async #segment(signal: AbortSignal): Promise<void> {
    const segmented = await this.#deps.parser.segment(await this.#parsed(), signal);
    if (!segmented.ok) throw new Unreadable(segmented.error);
    const chunks = segmented.value;
    await this.#advance({ stage: 'segmented' }, (tx) => saveChunks(tx, this.#key, chunks));
    this.#chunks = chunks;
  }

  async #embed(signal: AbortSignal): Promise<void> {
    const document = await this.#parsed();
    const { id, pending_version: version, collection_id: collectionId } = this.#source;
    const passages = await this.#segmented();
    const { language } = document;
    const entry = {
      type: SOURCE,
      id,
      version,
      title: this.#title(document),
      language,
      collectionId,
      audience: AUDIENCE,
      passages,
    };
    await this.#deps.search.stage(this.#actor, entry, signal);
    await this.#advance({ stage: 'embedded' });
  }

  /** From here on the new version is the one that is found and read. */
  async #index(): Promise<void> {
    const document = await this.#parsed();
    const { id, pending_version: version } = this.#source;
    const { language, authors } = document;
    await this.#advance(
      { stage: 'indexed', version, title: this.#title(document), language, authors: [...authors] },
      (tx) => this.#deps.search.activate(tx, this.#actor, { type: SOURCE, id, version }),
    );
  }

  async #finish(): Promise<void> {
    const chunks = (await this.#segmented()).length;
    const { id, version, task_id: taskId } = this.#source;
    await this.#advance({ stage: 'ready' }, async (tx) => {
      await this.#deps.events.emit(tx, this.#actor, sourceReady, { sourceId: id, version, chunks });
      await this.#deps.batches.changed(tx, this.#actor, taskId);
    });
  }

  /** The stage and its result in one transaction, unless somebody has cancelled, deleted or restarted the source. */
  async #advance(
    change: SourceChange,
    write: (tx: Tx) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { organizationId } = this.#actor;
    this.#source = await this.#deps.uow.write(this.#actor, async (tx) => {
      const moved = await advance(tx, organizationId, this.#source.id, this.#source.run, change);
      if (!moved) throw new NoLongerWanted();
      await write(tx);
      return moved;
    });
  }

  async #parsed(): Promise<ParsedDocument> {
    if (this.#document) return this.#document;
    const row = await this.#deps.uow.read(this.#actor, (tx) => findContent(tx, this.#key));
    if (!row) throw new NoLongerWanted();
    const { content: text, structure, title, authors, language } = row;
    this.#document = {
      mediaType: this.#source.media_type as MediaType,
      title,
      authors,
      language,
      text,
      structure,
    };
    return this.#document;
  }

  async #segmented(): Promise<readonly Chunk[]> {
    if (this.#chunks) return this.#chunks;
    const { text } = await this.#parsed();
    const rows = await this.#deps.uow.read(this.#actor, (tx) => listChunks(tx, this.#key, 0, ALL_CHUNKS));
    this.#chunks = rows.map(({ ordinal, start_at: start, end_at: end, page, headings, tokens }) => {
      return { ordinal, start, end, page, headings, tokens, text: text.slice(start, end) };
    });
    return this.#chunks;
  }

  /** A pasted text keeps the title it was given; a file is called what it calls itself, or by its name. */
  #title(document: ParsedDocument): string {
    const { file_name: fileName, title } = this.#source;
    return (fileName === null ? title : (document.title ?? title)).slice(0, 500);
  }
}
