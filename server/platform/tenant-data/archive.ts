import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { ArchiveFile } from './port.ts';

/** What is compressed already stays as it is. */
const COMPRESSIBLE = /\.(jsonl?|txt|md|html?|xml)$/;

/** Writes a ZIP archive (with ZIP64 where it must be), file by file, as fast as it is read. `at`: the time in its entries. */
export function zipOf(files: AsyncIterable<ArchiveFile>, at: Date, signal: AbortSignal): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream.pipe(new PassThrough());
  const ended = new AbortController();
  output.once('close', () => ended.abort(new Error('the archive is not read any more')));
  const stop = AbortSignal.any([signal, ended.signal]);
  zip.on('error', (error: Error) => output.destroy(error));
  fill(zip, files, at, stop).catch((error: unknown) =>
    output.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return output;
}

async function fill(
  zip: ZipFile,
  files: AsyncIterable<ArchiveFile>,
  at: Date,
  signal: AbortSignal,
): Promise<void> {
  for await (const { path, ...file } of files) {
    signal.throwIfAborted();
    const content = await file.open();
    if (!content) continue;
    // The archive remembers its entries until it ends; their streams need not stay with them.
    const open = { file: content as Readable | undefined };
    const options = { mtime: at, compress: COMPRESSIBLE.test(path) };
    zip.addReadStreamLazy(path, options, (give) => give(null, open.file ?? Readable.from([])));
    // One open file at a time. An error of it ends the archive.
    await finished(content, { signal, writable: false });
    open.file = undefined;
  }
  zip.end();
}
