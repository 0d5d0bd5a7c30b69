import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { wrongUse } from './command-error.ts';

/** A file to send. `name` is its path from the folder that was named, folder included, as browsers name dropped folders. */
export interface FoundFile {
  readonly path: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What was passed over, by reason. */
export interface Skipped {
  /** Names that begin with a dot; a hidden folder counts once. */
  hidden: number;
  /** Names that promise something the library does not read. */
  unsupported: number;
  /** Symbolic links: following them could lead out of the folder, or round in circles. */
  links: number;
  /** Files and folders that may not be read, and what is neither (sockets, devices). */
  unreadable: number;
}

export interface Findings {
  readonly files: readonly FoundFile[];
  readonly skipped: Readonly<Skipped>;
}

/** Extensions that a folder is searched for. A file that is named itself is sent whatever it is called: its content decides. */
const READABLE = new Set([
  '.pdf',
  '.docx',
  '.epub',
  '.html',
  '.htm',
  '.xhtml',
  '.md',
  '.markdown',
  '.mdown',
  '.mkd',
  '.txt',
  '.text',
]);

/** Finds what is to be sent below files and folders, each file once, in the order of names. Throws for a path that does not exist. */
export async function findFiles(paths: readonly string[]): Promise<Findings> {
  const skipped: Skipped = { hidden: 0, unsupported: 0, links: 0, unreadable: 0 };
  const files = new Map<string, FoundFile>();
  for (const path of paths) {
    const there = await stat(path).catch(() => {
      throw wrongUse(`There is no ${path}, or it may not be read.`);
    });
    const full = await realpath(path);
    const found = there.isDirectory()
      ? walk(full, basename(resolve(path)), skipped)
      : [{ path: full, name: basename(path), size: there.size }];
    for await (const file of found) if (!files.has(file.path)) files.set(file.path, file);
  }
  return { files: [...files.values()], skipped };
}

async function* walk(folder: string, name: string, skipped: Skipped): AsyncGenerator<FoundFile> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) {
    skipped.unreadable += 1;
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const reason = reasonToSkip(entry);
    const path = join(folder, entry.name);
    if (reason) skipped[reason] += 1;
    else if (entry.isDirectory()) yield* walk(path, `${name}/${entry.name}`, skipped);
    else {
      const size = (await stat(path).catch(() => undefined))?.size;
      if (size === undefined) skipped.unreadable += 1;
      else yield { path, name: `${name}/${entry.name}`, size };
    }
  }
}

function reasonToSkip(entry: Dirent): keyof Skipped | undefined {
  if (entry.name.startsWith('.')) return 'hidden';
  if (entry.isSymbolicLink()) return 'links';
  if (entry.isDirectory()) return undefined;
  if (!entry.isFile()) return 'unreadable';
  return READABLE.has(extname(entry.name).toLowerCase()) ? undefined : 'unsupported';
}

const BATCH_FILES = 100;
const BATCH_BYTES = 32_000_000;

/** Cuts the files into uploads that are large enough to be quick and small enough to try again. */
export function inBatches(files: readonly FoundFile[]): FoundFile[][] {
  const batches: FoundFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last && last.length < BATCH_FILES && bytes + file.size <= BATCH_BYTES) {
      last.push(file);
      bytes += file.size;
    } else {
      batches.push([file]);
      bytes = file.size;
    }
  }
  return batches;
}
