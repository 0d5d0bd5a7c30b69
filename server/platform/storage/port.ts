import type { Readable } from 'node:stream';

export interface StoredObject {
  /** Opaque: made by the port, never from a person's file name. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PutOptions {
  /** Bytes; one more byte makes `put` throw `too_large` and leave nothing behind. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/** Files by opaque key. A key exists with all its bytes or not at all. */
export interface Storage {
  /**
   * Streams a file in with flat memory. The object appears at once when complete.
   * Throws `storage.too_large` (413), `storage.out_of_space` (507), `storage.interrupted` (503, retryable).
   */
  put(organizationId: string, body: Readable, options: PutOptions): Promise<StoredObject>;
  /** Throws `storage.object_not_found` (404). `range` is in bytes, end exclusive. */
  read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  size(key: string): Promise<number>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** All keys, or those of one organization, with their age and bytes, in no order. */
  list(
    organizationId?: string,
  ): AsyncIterable<{ readonly key: string; readonly modifiedAt: Date; readonly size: number }>;
  /** A path that a worker process may read, where the adapter has one; otherwise a temporary copy. Call `release` when done. */
  localPath(key: string): Promise<{ readonly path: string; release(): Promise<void> }>;
  /** Writes, reads and removes a small object; throws with the reason when that fails. */
  check(): Promise<void>;
}
