import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { parseFailure } from './failures.ts';
import type { CausedFailure } from './formats/index.ts';
import type { Chunk, MediaType, ParsedDocument, ParseFailure } from './port.ts';
import type { SegmentOptions } from './segmentation/segment.ts';
import { WorkerPool } from './worker/pool.ts';
import { chunksOf, documentOf } from './worker/protocol.ts';

export interface ParserLogger {
  debug(details: Readonly<Record<string, unknown>>, message: string): void;
}

export interface ParserOptions {
  /** For one job, start of the process included. */
  readonly timeoutMs?: number;
  /** MiB of resident memory of a worker. */
  readonly maxMemoryMb?: number;
  /** Processes at most, each started when first needed. */
  readonly workers?: number;
  /** UTF-16 code units of canonical text. */
  readonly maxTextChars?: number;
  /** Milliseconds after which a worker without work ends. */
  readonly idleMs?: number;
  readonly logger?: ParserLogger;
}

export interface ParseFile {
  /** As `detectFile` found it. */
  readonly mediaType: MediaType;
  /** BCP 47, where the person who uploaded the file said so: it wins over what the file says. */
  readonly language?: string | null;
}

export interface Parser {
  /**
   * Reads a file into canonical text in a locked-down process. Whatever the file does, this ends in a `Result` within
   * `timeoutMs` of its turn. Rejects with the signal's reason when aborted (waiting or running), and with the system's
   * error where `path` cannot be read.
   */
  parse(path: string, file: ParseFile, signal: AbortSignal): Promise<Result<ParsedDocument, ParseFailure>>;
  /** `segment` in a worker, so that a long text costs this process neither time nor the tokenizer's 75 MB. Fails as `parse`. */
  segment(
    document: ParsedDocument,
    signal: AbortSignal,
    options?: SegmentOptions,
  ): Promise<Result<Chunk[], ParseFailure>>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** Files up to this many bytes are read at once; a stream costs more than such a file. */
const SMALL = 1024 * 1024;

/** The first `size` bytes of a file. A file that has become shorter since is an error. */
async function* readBytes(path: string, size: number): AsyncGenerator<Buffer> {
  let left = size;
  const chunks = size <= SMALL ? [await readFile(path)] : createReadStream(path, { end: size - 1 });
  for await (const chunk of chunks) {
    const bytes: Buffer = chunk;
    left -= bytes.length;
    yield bytes;
  }
  if (left !== 0) throw new Error('the file changed while it was read');
}

export function createParser(options: ParserOptions = {}): Parser {
  const pool = new WorkerPool({
    timeoutMs: options.timeoutMs ?? 25_000,
    maxMemoryMb: options.maxMemoryMb ?? 512,
    workers: options.workers ?? 2,
    idleMs: options.idleMs ?? 30_000,
    onJobEnd: (job) => options.logger?.debug({ ...job }, 'parser job ended'),
  });
  const told = ({ cause, ...failure }: CausedFailure): ParseFailure => {
    if (cause !== undefined)
      options.logger?.debug({ code: failure.code, cause }, 'parser failed unexpectedly');
    return failure;
  };
  const maxTextChars = options.maxTextChars ?? 20_000_000;
  return {
    async parse(path, file, signal) {
      const { size } = await stat(path);
      if (size === 0) return err(parseFailure('library.empty_file'));
      const { mediaType, language = null } = file;
      const request = { kind: 'parse', mediaType, language, maxTextChars } as const;
      const body = (): AsyncIterable<Buffer> => readBytes(path, size);
      const outcome = await pool.run({ request, bodyBytes: size, body }, signal);
      if (!outcome.ok) return err(told(outcome.failure));
      const document = documentOf(outcome.frame, mediaType);
      return document ? ok(document) : err(parseFailure('library.parser_crashed'));
    },
    async segment(document, signal, segmentOptions = {}) {
      const { text, ...rest } = document;
      const body = Buffer.from(text);
      const request = { kind: 'segment', document: rest, options: segmentOptions } as const;
      const outcome = await pool.run({ request, bodyBytes: body.length, body: () => [body] }, signal);
      if (!outcome.ok) return err(told(outcome.failure));
      const chunks = chunksOf(outcome.frame, text);
      return chunks ? ok(chunks) : err(parseFailure('library.parser_crashed'));
    },
    close: () => pool.close(),
  };
}
