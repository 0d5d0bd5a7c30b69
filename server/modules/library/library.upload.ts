import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import { type AppError, isAppError } from '../../kernel/errors.ts';
import { requireOrganization } from '../../kernel/organization.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Storage, StoredObject } from '../../platform/storage/index.ts';
import { findCollection } from './library.collections.repository.ts';
import { collectionNotFound, nothingUploaded, refusedFile } from './library.errors.ts';
import {
  MAX_NAME,
  Placement,
  type PlacementDependencies,
  type StoredFile,
  type UploadOptions,
} from './library.placement.ts';
import type { SourceTextBody, UploadAnswer } from './library.schemas.ts';
import { toSourceView } from './library.view.ts';
import { detectFile } from './parsing/index.ts';

/** A file on its way in. `name` is what the client called it: shown, compared, never used as a path. */
export interface IncomingFile {
  readonly name: string;
  readonly body: Readable;
}

export interface UploadDependencies extends PlacementDependencies {
  readonly uow: UnitOfWork;
  readonly storage: Storage;
  /** Bytes of one file. */
  readonly maxBytes: number;
}

/** Takes files in: store, look at the content, then write sources, versions, the batch's task and its jobs in one transaction. */
export class UploadService {
  readonly #deps: UploadDependencies;

  constructor(dependencies: UploadDependencies) {
    this.#deps = dependencies;
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
    const { placed, task } = await this.#deps.uow.write(actor, (tx) =>
      new Placement(this.#deps, tx, actor, options).place(files),
    );
    // Bytes that were there already need no second copy.
    await this.#discard(files.filter((_, index) => placed[index]?.duplicate));
    return {
      items: placed.map(({ source, duplicate }) => toSourceView(source, duplicate ? source.id : undefined)),
      task,
    };
  }

  async #discard(files: readonly StoredFile[]): Promise<void> {
    for (const file of files) await this.#deps.storage.remove(file.object.key);
  }
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
