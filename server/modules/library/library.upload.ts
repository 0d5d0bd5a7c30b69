import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import { type AppError, isAppError } from '../../kernel/errors.ts';
import { type IdSource, newId } from '../../kernel/ids.ts';
import { requireOrganization } from '../../kernel/organization.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import type { Queue, QueueDefinition } from '../../platform/queue/index.ts';
import type { Storage, StoredObject } from '../../platform/storage/index.ts';
import type { TasksApi, TaskView } from '../tasks/index.ts';
import { findCollection } from './library.collections.repository.ts';
import { collectionNotFound, nothingUploaded, refusedFile } from './library.errors.ts';
import { INGEST_TASK, type IngestJob } from './library.jobs.ts';
import { findByFileNames, findByHashes, insertSources, restart } from './library.repository.ts';
import type { SourceTextBody, UploadAnswer } from './library.schemas.ts';
import type { SourceRow } from './library.tables.ts';
import { insertVersions } from './library.versions.repository.ts';
import { toSourceView } from './library.view.ts';
import { detectFile, type MediaType } from './parsing/index.ts';

/** A file on its way in. `name` is what the client called it: shown, compared, never used as a path. */
export interface IncomingFile {
  readonly name: string;
  readonly body: Readable;
}

export interface UploadOptions {
  readonly collectionId: string | null;
  readonly language: string | null;
}

export interface UploadDependencies {
  readonly uow: UnitOfWork;
  readonly storage: Storage;
  readonly queue: Queue;
  readonly tasks: TasksApi;
  readonly ingest: QueueDefinition<IngestJob>;
  readonly maxBytes: number;
  readonly ids?: IdSource;
}

/** A file that is safely stored and of a kind that we read. */
interface StoredFile {
  readonly object: StoredObject;
  readonly fileName: string | null;
  readonly title: string;
  readonly mediaType: MediaType;
}

interface Placed {
  readonly source: SourceRow;
  readonly duplicate: boolean;
}

const MAX_NAME = 500;

/** Takes files in: store, look at the content, then write sources, versions, the batch's task and its jobs in one transaction. */
export class UploadService {
  readonly #deps: UploadDependencies;
  readonly #newId: IdSource;

  constructor(dependencies: UploadDependencies) {
    this.#deps = dependencies;
    this.#newId = dependencies.ids ?? newId;
  }

  /** Refuses an unknown collection before the first byte is stored. */
  async checkCollection(actor: Actor, collectionId: string | null): Promise<void> {
    if (collectionId === null) return;
    const { organizationId } = requireOrganization(actor);
    const found = await this.#deps.uow.read(actor, (tx) => findCollection(tx, organizationId, collectionId));
    if (!found) throw collectionNotFound();
  }

  /**
   * Stores the files one after the other with flat memory. A file that is refused (its kind, its size) is reported beside
   * the others; when all are, the first refusal is the answer. When the upload breaks, nothing of it stays.
   */
  async uploadFiles(
    actor: Actor,
    files: AsyncIterable<IncomingFile>,
    optionsOf: () => UploadOptions,
  ): Promise<UploadAnswer> {
    const caller = requireOrganization(actor);
    const stored: StoredFile[] = [];
    const rejected: { fileName: string; error: AppError }[] = [];
    try {
      for await (const file of files) {
        const fileName = cleanName(file.name);
        const outcome = await this.#receive(caller, file, fileName);
        if ('mediaType' in outcome) stored.push(outcome);
        else rejected.push({ fileName, error: outcome });
      }
      const [first] = rejected;
      if (stored.length === 0) throw first?.error ?? nothingUploaded();
      const answer = await this.#place(caller, stored, optionsOf());
      return {
        ...answer,
        ...(first
          ? {
              rejected: rejected.map(({ fileName, error }) => ({
                fileName,
                code: error.code,
                message: error.safeMessage,
              })),
            }
          : {}),
      };
    } catch (error) {
      await this.#discard(stored);
      throw error;
    }
  }

  async uploadText(actor: Actor, body: SourceTextBody): Promise<UploadAnswer> {
    const caller = requireOrganization(actor);
    const options: UploadOptions = {
      collectionId: body.collectionId ?? null,
      language: body.language ?? null,
    };
    await this.checkCollection(caller, options.collectionId);
    const object = await this.#deps.storage.put(
      caller.organizationId,
      Readable.from([Buffer.from(body.text)]),
      { maxBytes: this.#deps.maxBytes },
    );
    const file: StoredFile = {
      object,
      fileName: null,
      title: body.title,
      mediaType: body.mediaType ?? 'text/plain',
    };
    try {
      return await this.#place(caller, [file], options);
    } catch (error) {
      await this.#discard([file]);
      throw error;
    }
  }

  async #receive(
    actor: OrganizationActor,
    file: IncomingFile,
    fileName: string,
  ): Promise<StoredFile | AppError> {
    let object: StoredObject;
    try {
      object = await this.#deps.storage.put(actor.organizationId, file.body, {
        maxBytes: this.#deps.maxBytes,
      });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'storage.too_large') throw error;
      // The rest of this part must be read off the connection before the next one can begin.
      file.body.resume();
      return error;
    }
    const local = await this.#deps.storage.localPath(object.key);
    const detected = await detectFile(local.path, fileName).finally(() => local.release());
    if (detected.ok) return { object, fileName, title: titleFromName(fileName), mediaType: detected.value };
    await this.#deps.storage.remove(object.key);
    return refusedFile(detected.error);
  }

  async #place(
    actor: OrganizationActor,
    files: readonly StoredFile[],
    options: UploadOptions,
  ): Promise<UploadAnswer> {
    const { placed, task } = await this.#deps.uow.write(actor, async (tx) => {
      if (options.collectionId && !(await findCollection(tx, actor.organizationId, options.collectionId)))
        throw collectionNotFound();
      return this.#write(tx, actor, files, options);
    });
    // Bytes that were there already need no second copy.
    await this.#discard(files.filter((_, index) => placed[index]?.duplicate));
    return {
      items: placed.map(({ source, duplicate }) => toSourceView(source, duplicate ? source.id : undefined)),
      task,
    };
  }

  async #write(tx: Tx, actor: OrganizationActor, files: readonly StoredFile[], options: UploadOptions) {
    const { organizationId } = actor;
    const known = new Map(
      (
        await findByHashes(
          tx,
          organizationId,
          options.collectionId,
          files.map((file) => file.object.sha256),
        )
      ).map((row) => [row.sha256, row]),
    );
    const fresh = uniqueByHash(files.filter((file) => !known.has(file.object.sha256)));
    const stuck = [...known.values()].filter((row) => row.stage === 'failed' || row.stage === 'cancelled');
    const total = fresh.length + stuck.length;
    const task = total > 0 ? await this.#createTask(tx, actor, files, total) : null;
    const started: SourceRow[] = [];
    if (task) {
      started.push(...(await this.#insertFresh(tx, actor, fresh, options, task)));
      // Sending a file again that failed is asking for another try.
      for (const row of stuck) started.push(await restart(tx, organizationId, row.id, { task_id: task.id }));
    }
    const jobs = started.map((row) => ({
      organizationId,
      sourceId: row.id,
      run: row.run,
      requestId: actor.requestId,
    }));
    await this.#deps.queue.enqueueMany(tx, this.#deps.ingest, jobs);

    const sources = new Map([...known.values(), ...started].map((row) => [row.sha256, row]));
    // Another upload may have brought the same bytes since we looked: then its source stands for ours.
    const overtaken = fresh.map((file) => file.object.sha256).filter((sha256) => !sources.has(sha256));
    if (overtaken.length > 0)
      for (const row of await findByHashes(tx, organizationId, options.collectionId, overtaken))
        sources.set(row.sha256, row);
    const kept = new Set(
      fresh.filter((file) => !overtaken.includes(file.object.sha256)).map((file) => file.object.key),
    );
    const placed = files.map((file): Placed => {
      const source = sources.get(file.object.sha256);
      if (!source) throw new Error('a file was neither stored nor known');
      return { source, duplicate: !kept.has(file.object.key) };
    });
    return { placed, task };
  }

  #createTask(
    tx: Tx,
    actor: OrganizationActor,
    files: readonly StoredFile[],
    total: number,
  ): Promise<TaskView> {
    const [first] = files;
    const title = total === 1 && first ? `Add ${first.fileName ?? first.title}` : `Add ${total} files`;
    return this.#deps.tasks.create(tx, actor, {
      kind: INGEST_TASK,
      queue: this.#deps.ingest.name,
      title: title.slice(0, MAX_NAME),
      total,
      unit: 'files',
      maxAttempts: 1,
      payload: {},
    });
  }

  /** New sources, and new versions of sources that an earlier upload made under the same file name. */
  async #insertFresh(
    tx: Tx,
    actor: OrganizationActor,
    fresh: readonly StoredFile[],
    options: UploadOptions,
    task: TaskView,
  ): Promise<SourceRow[]> {
    if (fresh.length === 0) return [];
    const { organizationId } = actor;
    const names = fresh.flatMap((file) => file.fileName ?? []);
    const earlier = new Map(
      (await findByFileNames(tx, organizationId, options.collectionId, names)).map((row) => [
        row.file_name,
        row,
      ]),
    );
    const versions: Parameters<typeof insertVersions>[1][number][] = [];
    const sources: Parameters<typeof insertSources>[2][number][] = [];
    const rows: SourceRow[] = [];
    for (const file of fresh) {
      const { size, sha256, key } = file.object;
      const previous = earlier.get(file.fileName);
      // Two files of one upload that share a name are two sources.
      if (previous) earlier.delete(file.fileName);
      const id = previous?.id ?? this.#newId();
      const version = previous ? previous.pending_version + 1 : 1;
      versions.push({
        organization_id: organizationId,
        source_id: id,
        version,
        storage_key: key,
        media_type: file.mediaType,
        file_name: file.fileName,
        size,
        sha256,
      });
      const shared = {
        media_type: file.mediaType,
        declared_language: options.language,
        size,
        sha256,
        task_id: task.id,
      };
      if (previous) rows.push(await restart(tx, organizationId, id, { ...shared, pending_version: version }));
      else {
        sources.push({
          ...shared,
          id,
          collection_id: options.collectionId,
          title: file.title,
          file_name: file.fileName,
          language: options.language,
          created_by: actor.userId,
        });
      }
    }
    if (sources.length > 0) rows.push(...(await insertSources(tx, organizationId, sources)));
    const present = new Set(rows.map((row) => row.id));
    await insertVersions(
      tx,
      versions.filter((version) => present.has(version.source_id)),
    );
    return rows;
  }

  async #discard(files: readonly StoredFile[]): Promise<void> {
    for (const file of files) await this.#deps.storage.remove(file.object.key);
  }
}

function uniqueByHash(files: readonly StoredFile[]): StoredFile[] {
  return [...new Map(files.map((file) => [file.object.sha256, file])).values()];
}

/** A name as a person may see it: no control or direction characters, no path that leads out, never empty. */
export function cleanName(name: string): string {
  const cleaned = name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')
    .trim();
  return (cleaned || 'unnamed').slice(-MAX_NAME).toWellFormed();
}

function titleFromName(fileName: string): string {
  const base = basename(fileName);
  return base.replace(/\.[^.]{1,10}$/, '') || base;
}
