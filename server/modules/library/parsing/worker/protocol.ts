import { isParseFailureCode } from '../failures.ts';
import type { CausedFailure } from '../formats/index.ts';
import type { Chunk, MediaType, ParsedDocument, StructureItem } from '../port.ts';
import type { SegmentOptions } from '../segmentation/segment.ts';

/**
 * Parent and worker talk in frames over the worker's stdin and stdout: two unsigned 32-bit little-endian lengths, a JSON
 * header, a body of bytes. Bodies are the file (request `parse`) or canonical text in UTF-8 (request `segment`, reply to
 * `parse`); a long text is never escaped into JSON and out again.
 */
export type WorkerRequest =
  | {
      readonly kind: 'parse';
      readonly mediaType: MediaType;
      readonly language: string | null;
      readonly maxTextChars: number;
    }
  | {
      readonly kind: 'segment';
      readonly document: Omit<ParsedDocument, 'text'>;
      readonly options: SegmentOptions;
    };

/** A chunk without its text, which its range says. */
export type ChunkRange = Omit<Chunk, 'text' | 'ordinal'>;

export type WorkerReply =
  | { readonly ok: true; readonly document: Omit<ParsedDocument, 'text'> }
  | { readonly ok: true; readonly chunks: readonly ChunkRange[] }
  | { readonly ok: false; readonly failure: CausedFailure };

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

/** The failure of a reply, where it is one. What a worker says is checked: a file that took it over must not reach further. */
export function failureOf(header: unknown): CausedFailure | null {
  if (!isRecord(header) || header.ok !== false) return null;
  const { failure } = header;
  if (!isRecord(failure) || !isParseFailureCode(failure.code) || typeof failure.message !== 'string') {
    return null;
  }
  const { code, message, cause } = failure;
  return { code, message, ...(typeof cause === 'string' ? { cause } : {}) };
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

function isDocument(
  value: unknown,
  mediaType: MediaType,
  length: number,
): value is Omit<ParsedDocument, 'text'> {
  if (!isRecord(value)) return false;
  const { structure, title, authors, language } = value;
  return (
    value.mediaType === mediaType &&
    (title === null || typeof title === 'string') &&
    (language === null || typeof language === 'string') &&
    Array.isArray(authors) &&
    authors.every((author) => typeof author === 'string') &&
    Array.isArray(structure) &&
    structure.every((item) => isRecord(item) && KINDS.has(item.kind) && isRange(item, length))
  );
}

/** The document of a reply to `parse`, null where it is none. */
export function documentOf(frame: Frame, mediaType: MediaType): ParsedDocument | null {
  const document = isRecord(frame.header) ? frame.header.document : null;
  const text = frame.body.toString('utf8');
  return isDocument(document, mediaType, text.length) ? { ...document, text } : null;
}

function isChunkRange(value: unknown, length: number): value is ChunkRange {
  return (
    isRecord(value) &&
    isRange(value, length) &&
    Number.isInteger(value.tokens) &&
    Array.isArray(value.headings) &&
    value.headings.every((heading) => typeof heading === 'string') &&
    (value.page === null || Number.isInteger(value.page))
  );
}

/** The chunks of a reply to `segment`, null where it is none. */
export function chunksOf(frame: Frame, text: string): Chunk[] | null {
  const chunks = isRecord(frame.header) ? frame.header.chunks : null;
  if (!Array.isArray(chunks)) return null;
  const whole: Chunk[] = [];
  for (const [ordinal, chunk] of chunks.entries()) {
    if (!isChunkRange(chunk, text.length)) return null;
    const { start, end, page, headings, tokens } = chunk;
    whole.push({ ordinal, text: text.slice(start, end), start, end, page, headings, tokens });
  }
  return whole;
}
