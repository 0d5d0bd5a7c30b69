import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FoundFile } from './ingest.files.ts';

/** A file went away, or may not be read after all. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  readonly file: FoundFile;

  constructor(file: FoundFile, cause: unknown) {
    super(`The file cannot be read${cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''}.`, {
      cause,
    });
    this.file = file;
  }
}

export interface UploadForm {
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array>;
  /** What kept the body from being read to its end. */
  readonly problem: () => UnreadableFileError | undefined;
}

/**
 * A multipart/form-data body (RFC 7578) that reads the files while it is sent. Not a `FormData` of file-backed blobs: when a
 * file changes while one of those is read, Node 24 throws where nobody can catch it, and the process ends.
 */
export function createForm(
  fields: Readonly<Record<string, string>>,
  files: readonly FoundFile[],
): UploadForm {
  const boundary = `scriptorium-${randomUUID()}`;
  let problem: UnreadableFileError | undefined;

  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [name, value] of Object.entries(fields)) {
      yield Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
    }
    for (const file of files) {
      yield Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${escaped(file.name)}"\r\n` +
          'content-type: application/octet-stream\r\n\r\n',
      );
      try {
        for await (const chunk of createReadStream(file.path)) yield chunk;
      } catch (cause) {
        problem = new UnreadableFileError(file, cause);
        throw problem;
      }
      yield Buffer.from('\r\n');
    }
    yield Buffer.from(`--${boundary}--\r\n`);
  }

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: ReadableStream.from(parts()),
    problem: () => problem,
  };
}

/** As the HTML standard says for names in multipart/form-data. */
function escaped(name: string): string {
  return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}
