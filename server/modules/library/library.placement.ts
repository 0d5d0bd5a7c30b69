import type { OrganizationActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Queue, QueueDefinition } from '../../platform/queue/index.ts';
import type { StoredObject } from '../../platform/storage/index.ts';
import type { TasksApi, TaskView } from '../tasks/index.ts';
import type { BatchProgress } from './library.batch.ts';
import { findCollection } from './library.collections.repository.ts';
import { collectionNotFound } from './library.errors.ts';
import { INGEST_TASK, type IngestJob } from './library.jobs.ts';
import {
  findByFileNames,
  findByHashes,
  insertSources,
  type NewSource,
  restart,
  type SourceChange,
} from './library.repository.ts';
import type { SourceRow, VersionRow } from './library.tables.ts';
import { insertVersions } from './library.versions.repository.ts';
import type { MediaType } from './parsing/index.ts';

/** UTF-16 code units of a file's name or a task's title. */
export const MAX_NAME = 500;

export interface PlacementDependencies {
  readonly queue: Queue;
  readonly ingest: QueueDefinition<IngestJob>;
  readonly tasks: TasksApi;
  readonly batches: BatchProgress;
}

export interface UploadOptions {
  readonly collectionId: string | null;
  /** BCP 47; what the uploader says wins over what the file says. */
  readonly language: string | null;
}

/** A file that is safely stored and of a kind that we read. */
export interface StoredFile {
  readonly object: StoredObject;
  readonly fileName: string | null;
  readonly title: string;
  readonly mediaType: MediaType;
}

/** Where a file ended up. `duplicate`: its bytes were there already, so the copy that was just stored is not needed. */
export interface Placed {
  readonly source: SourceRow;
  readonly duplicate: boolean;
}

/**
 * Gives stored files their rows, in one transaction: new sources, new versions of sources that an earlier upload made under
 * the same name, another try for those that had failed, and the batch's task and jobs.
 */
export class Placement {
  readonly #deps: PlacementDependencies;
  readonly #tx: Tx;
  readonly #actor: OrganizationActor;
  readonly #options: UploadOptions;

  constructor(dependencies: PlacementDependencies, tx: Tx, actor: OrganizationActor, options: UploadOptions) {
    this.#deps = dependencies;
    this.#tx = tx;
    this.#actor = actor;
    this.#options = options;
  }

  async place(
    files: readonly StoredFile[],
  ): Promise<{ readonly placed: readonly Placed[]; readonly task: TaskView | null }> {
    const { organizationId, requestId } = this.#actor;
    const { collectionId } = this.#options;
    if (collectionId && !(await findCollection(this.#tx, organizationId, collectionId)))
      throw collectionNotFound();

    const sources = await this.#byHash(files.map(hashOf));
    const fresh = [
      ...new Map(
        files.filter((file) => !sources.has(hashOf(file))).map((file) => [hashOf(file), file]),
      ).values(),
    ];
    // Sending a file again that failed is asking for another try.
    const stuck = [...sources.values()].filter(({ stage }) => stage === 'failed' || stage === 'cancelled');
    const task =
      fresh.length + stuck.length > 0 ? await this.#createTask(files, fresh.length + stuck.length) : null;
    const started = task ? [...(await this.#insert(fresh, task)), ...(await this.#retry(stuck, task))] : [];
    const jobs = started.map(({ id: sourceId, run }) => ({ organizationId, sourceId, run, requestId }));
    await this.#deps.queue.enqueueMany(this.#tx, this.#deps.ingest, jobs);

    for (const row of started) sources.set(row.sha256, row);
    // Another upload may have brought the same bytes since we looked: then its source stands for ours.
    const overtaken = fresh.map(hashOf).filter((sha256) => !sources.has(sha256));
    for (const [sha256, row] of await this.#byHash(overtaken)) sources.set(sha256, row);
    const kept = new Set(fresh.filter((file) => !overtaken.includes(hashOf(file))));
    return {
      task,
      placed: files.map((file) => ({ source: mustHave(sources, hashOf(file)), duplicate: !kept.has(file) })),
    };
  }

  async #byHash(hashes: readonly string[]): Promise<Map<string, SourceRow>> {
    if (hashes.length === 0) return new Map();
    const rows = await findByHashes(this.#tx, this.#actor.organizationId, this.#options.collectionId, hashes);
    return new Map(rows.map((row) => [row.sha256, row]));
  }

  #createTask(files: readonly StoredFile[], total: number): Promise<TaskView> {
    const [first] = files;
    const title = total === 1 && first ? `Add ${first.fileName ?? first.title}` : `Add ${total} files`;
    return this.#deps.tasks.create(this.#tx, this.#actor, {
      kind: INGEST_TASK,
      queue: this.#deps.ingest.name,
      title: title.slice(0, MAX_NAME),
      total,
      unit: 'files',
      maxAttempts: 1,
      payload: {},
    });
  }

  async #retry(stuck: readonly SourceRow[], task: TaskView): Promise<SourceRow[]> {
    const restarted: SourceRow[] = [];
    for (const source of stuck) restarted.push(await this.#restart(source, { task_id: task.id }));
    return restarted;
  }

  /** The batch that the source belonged to until now counts one less. */
  async #restart(source: SourceRow, change: SourceChange): Promise<SourceRow> {
    await this.#deps.batches.changed(this.#tx, this.#actor, source.task_id);
    return restart(this.#tx, this.#actor.organizationId, source.id, change);
  }

  async #insert(fresh: readonly StoredFile[], task: TaskView): Promise<SourceRow[]> {
    if (fresh.length === 0) return [];
    const { organizationId } = this.#actor;
    const names = fresh.flatMap((file) => file.fileName ?? []);
    const named = await findByFileNames(this.#tx, organizationId, this.#options.collectionId, names);
    const earlier = new Map(named.map((row) => [row.file_name, row]));
    const versions: Omit<VersionRow, 'created_at'>[] = [];
    const created: NewSource[] = [];
    const rows: SourceRow[] = [];
    for (const file of fresh) {
      const previous = earlier.get(file.fileName);
      // Two files of one upload that share a name are two sources.
      earlier.delete(file.fileName);
      const source = this.#newSource(file, task);
      const id = previous?.id ?? source.id;
      const version = previous ? previous.pending_version + 1 : 1;
      versions.push(versionOf(file, { organization_id: organizationId, source_id: id, version }));
      if (previous)
        rows.push(await this.#restart(previous, { ...changesOf(source), pending_version: version }));
      else created.push(source);
    }
    if (created.length > 0) rows.push(...(await insertSources(this.#tx, organizationId, created)));
    const present = new Set(rows.map((row) => row.id));
    const wanted = versions.filter((version) => present.has(version.source_id));
    if (wanted.length > 0) await insertVersions(this.#tx, wanted);
    return rows;
  }

  #newSource(file: StoredFile, task: TaskView): NewSource {
    const { collectionId, language } = this.#options;
    return {
      id: newId(),
      collection_id: collectionId,
      title: file.title,
      file_name: file.fileName,
      media_type: file.mediaType,
      declared_language: language,
      language,
      size: file.object.size,
      sha256: hashOf(file),
      task_id: task.id,
      created_by: this.#actor.userId,
    };
  }
}

function hashOf(file: StoredFile): string {
  return file.object.sha256;
}

/** What a new version changes at once; title and language follow when it is read. */
function changesOf({ media_type, declared_language, size, sha256, task_id }: NewSource) {
  return { media_type, declared_language, size, sha256, task_id };
}

function versionOf(
  file: StoredFile,
  key: Pick<VersionRow, 'organization_id' | 'source_id' | 'version'>,
): Omit<VersionRow, 'created_at'> {
  const { key: storage_key, size, sha256 } = file.object;
  return { ...key, storage_key, media_type: file.mediaType, file_name: file.fileName, size, sha256 };
}

function mustHave(sources: ReadonlyMap<string, SourceRow>, sha256: string): SourceRow {
  const source = sources.get(sha256);
  if (!source) throw new Error('a file was neither stored nor known');
  return source;
}
