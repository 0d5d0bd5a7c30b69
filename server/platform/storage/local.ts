import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { constants, mkdir, open, opendir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import type { PutOptions, Storage, StoredObject } from './port.ts';

/**
 * A folder. `incoming/` holds what is being written; a finished file is renamed to `<organization>/<xx>/<id>`, so a key
 * exists whole or not at all, and what a crash leaves behind is only ever in `incoming/` or unknown to every row.
 */
export class LocalStorage implements Storage {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(organizationId: string, body: Readable, options: PutOptions): Promise<StoredObject> {
    if (!isId(organizationId)) throw new TypeError('an organization id is needed');
    const id = newId();
    // The end of a UUIDv7 is random: it spreads files over 256 folders.
    const key = `${organizationId}/${id.slice(-2)}/${id}`;
    const temporary = join(this.#root, 'incoming', id);
    try {
      await mkdir(dirname(temporary), { recursive: true });
      const measure = new Measure(options.maxBytes);
      await writeDurably(temporary, body, measure, options.signal);
      const target = this.#path(key);
      await mkdir(dirname(target), { recursive: true });
      await rename(temporary, target);
      return { key, size: measure.size, sha256: measure.digest() };
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw toStorageError(error);
    }
  }

  async read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const path = this.#path(key);
    await this.size(key);
    return createReadStream(path, range ? { start: range.start, end: range.end - 1 } : {});
  }

  async size(key: string): Promise<number> {
    try {
      return (await stat(this.#path(key))).size;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw objectNotFound(error);
      throw toStorageError(error);
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async *list(organizationId?: string): ReturnType<Storage['list']> {
    if (organizationId !== undefined && !isId(organizationId))
      throw new TypeError('an organization id is needed');
    const root = join(this.#root, organizationId ?? '');
    const folder = await opendir(root, { recursive: true }).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw toStorageError(error);
    });
    if (!folder) return;
    for await (const entry of folder) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const found = await stat(path).catch(() => undefined);
      if (!found) continue;
      const key = path.slice(this.#root.length + 1).replaceAll('\\', '/');
      yield { key, modifiedAt: found.mtime, size: found.size };
    }
  }

  async localPath(key: string): Promise<{ readonly path: string; release(): Promise<void> }> {
    await this.size(key);
    return { path: this.#path(key), release: async () => undefined };
  }

  async check(): Promise<void> {
    const path = join(this.#root, 'incoming', `check-${newId()}`);
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    await file.close();
    await unlink(path);
  }

  #path(key: string): string {
    if (!/^(incoming\/[0-9a-z-]+|[0-9a-f-]{36}\/[0-9a-f]{2}\/[0-9a-f-]{36})$/.test(key))
      throw objectNotFound(undefined);
    return join(this.#root, key);
  }
}

/** On disk, not only in the cache of the operating system, before it resolves. */
async function writeDurably(
  path: string,
  body: Readable,
  measure: Measure,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sink = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(body, measure, sink, signal ? { signal } : {});
}

/** Counts and hashes what passes, and cuts the stream at the limit. */
class Measure extends Transform {
  size = 0;
  readonly #hash = createHash('sha256');
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    if (this.size > this.#limit) {
      done(tooLarge(this.#limit));
      return;
    }
    this.#hash.update(chunk);
    done(null, chunk);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function tooLarge(limit: number): AppError {
  return new AppError({
    kind: 'too_large',
    code: 'storage.too_large',
    safeMessage: `The file is larger than the limit of ${Math.round(limit / 1_000_000)} MB.`,
    details: { limitBytes: limit },
  });
}

function objectNotFound(cause: unknown): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'storage.object_not_found',
    safeMessage: 'The stored file is not there.',
    cause,
  });
}

function toStorageError(error: unknown): unknown {
  if (isAppError(error)) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError({
      kind: 'out_of_space',
      code: 'storage.out_of_space',
      safeMessage: 'The server has no disk space left. Nothing was stored; try again once space was freed.',
      retryable: true,
      retryAfterSeconds: 30,
      cause: error,
    });
  }
  return new AppError({
    kind: 'unavailable',
    code: 'storage.interrupted',
    safeMessage: 'The file did not arrive whole. Nothing was stored; send it again.',
    retryable: true,
    retryAfterSeconds: 1,
    cause: error,
  });
}
