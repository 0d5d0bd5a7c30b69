import { isParseFailureCode } from '../failures.ts';
import type { Chunk, MediaType, ParsedDocument, ParseFailure, StructureItem } from '../port.ts';
import type { SegmentOptions } from '../segmentation/segment.ts';

/**
 * Parent and worker talk in frames over the worker's stdin and stdout: two unsigned 32-bit little-endian lengths, a JSON
 * header, a body of bytes. The body of a `parse` is the file; every other body is JSON.
 */
export type WorkerRequest =
  | {
      readonly kind: 'parse';
      readonly mediaType: MediaType;
      readonly language: string | null;
      readonly maxTextChars: number;
    }
  | { readonly kind: 'segment'; readonly options: SegmentOptions };

export type WorkerReply = { readonly ok: true } | { readonly ok: false; readonly failure: ParseFailure };

/** How a worker says that it ended itself because of its memory use. */
export const MEMORY_EXIT_CODE = 86;

const PREFIX_BYTES = 8;

export function frameHead(header: WorkerRequest | WorkerReply, bodyBytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(json.length, 0);
  prefix.writeUInt32LE(bodyBytes, 4);
  return Buffer.concat([prefix, json]);
}

export interface Frame {
  readonly header: unknown;
  readonly body: Buffer;
}

/** Puts frames together from the chunks of a stream. Throws on a frame longer than `maxBytes` or a header that is no JSON. */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #onFrame: (frame: Frame) => void;
  #prefix: Buffer = Buffer.alloc(0);
  #frame: { readonly headerBytes: number; readonly bytes: Buffer; filled: number } | null = null;

  constructor(maxBytes: number, onFrame: (frame: Frame) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (!this.#frame) {
        rest = this.#readPrefix(rest);
        continue;
      }
      const taken = rest.copy(this.#frame.bytes, this.#frame.filled);
      this.#frame.filled += taken;
      rest = rest.subarray(taken);
      this.#emitIfFull();
    }
  }

  #readPrefix(chunk: Buffer): Buffer {
    const missing = PREFIX_BYTES - this.#prefix.length;
    this.#prefix = Buffer.concat([this.#prefix, chunk.subarray(0, missing)]);
    if (this.#prefix.length === PREFIX_BYTES) {
      const headerBytes = this.#prefix.readUInt32LE(0);
      const total = headerBytes + this.#prefix.readUInt32LE(4);
      if (total > this.#maxBytes || headerBytes === 0) throw new RangeError('frame out of bounds');
      this.#prefix = Buffer.alloc(0);
      this.#frame = { headerBytes, bytes: Buffer.allocUnsafeSlow(total), filled: 0 };
    }
    return chunk.subarray(missing);
  }

  #emitIfFull(): void {
    const frame = this.#frame;
    if (!frame || frame.filled < frame.bytes.length) return;
    this.#frame = null;
    const header: unknown = JSON.parse(frame.bytes.toString('utf8', 0, frame.headerBytes));
    this.#onFrame({ header, body: frame.bytes.subarray(frame.headerBytes) });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a worker says is checked: a file that took the worker over must not reach the parent. */
export function isReply(value: unknown): value is WorkerReply {
  if (!isRecord(value)) return false;
  if (value.ok === true) return true;
  const failure = value.failure;
  return isRecord(failure) && isParseFailureCode(failure.code) && typeof failure.message === 'string';
}

function isRange(item: Record<string, unknown>, length: number): boolean {
  const { start, end } = item;
  return (
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    Number(start) >= 0 &&
    Number(start) < Number(end) &&
    Number(end) <= length
  );
}

const KINDS: ReadonlySet<unknown> = new Set<StructureItem['kind']>([
  'heading',
  'paragraph',
  'listItem',
  'tableRow',
  'footnote',
  'page',
  'code',
  'quote',
]);

export function isParsedDocument(value: unknown, mediaType: MediaType): value is ParsedDocument {
  if (!isRecord(value)) return false;
  const { text, structure, title, authors, language } = value;
  return (
    value.mediaType === mediaType &&
    typeof text === 'string' &&
    (title === null || typeof title === 'string') &&
    (language === null || typeof language === 'string') &&
    Array.isArray(authors) &&
    authors.every((author) => typeof author === 'string') &&
    Array.isArray(structure) &&
    structure.every((item) => isRecord(item) && KINDS.has(item.kind) && isRange(item, text.length))
  );
}

export function isChunkList(value: unknown, text: string): value is Chunk[] {
  return (
    Array.isArray(value) &&
    value.every(
      (chunk, index) =>
        isRecord(chunk) &&
        chunk.ordinal === index &&
        isRange(chunk, text.length) &&
        text.slice(Number(chunk.start), Number(chunk.end)) === chunk.text &&
        Number.isInteger(chunk.tokens) &&
        Array.isArray(chunk.headings) &&
        (chunk.page === null || Number.isInteger(chunk.page)),
    )
  );
}
