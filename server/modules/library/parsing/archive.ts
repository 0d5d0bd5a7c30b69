import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { ParseError } from './failures.ts';

export const MAX_ENTRIES = 5_000;
const MIB = 1024 * 1024;
/** Declared (and, as every stream is held to its declaration, actual) bytes after inflation. */
export const MAX_TOTAL_BYTES = 200 * MIB;
export const MAX_ENTRY_BYTES = 100 * MIB;
/** Inflation beyond this factor is no document's; small archives are let off, as XML packs well. */
const MAX_RATIO = 200;
const RATIO_FROM_BYTES = 10 * MIB;
const MAX_NAME = 1_024;
const ENCRYPTED_FLAG = 0x1;
const STORED = 0;
const DEFLATED = 8;

function unsafe(detail: string): ParseError {
  return new ParseError(
    'library.unsafe_archive',
    `${detail} Save the file again with a usual program and retry.`,
  );
}

function isUnsafeName(name: string): boolean {
  return (
    name.length > MAX_NAME ||
    name.startsWith('/') ||
    /^[A-Za-z]:/.test(name) ||
    /[\\\p{Cc}]/u.test(name) ||
    name.split('/').includes('..')
  );
}

/** The whole central directory, checked before a byte is inflated. Throws `unsafe_archive`, `encrypted_file`, `damaged_file`. */
async function checkedEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw unsafe('The file holds too many parts.');
  const entries = new Map<string, Entry>();
  const folded = new Set<string>();
  let total = 0;
  let packed = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    if (isUnsafeName(name)) throw unsafe('The file holds a part whose name leads out of it.');
    const key = name.normalize('NFC').toLowerCase();
    if (folded.has(key)) throw unsafe('The file holds two parts of one name.');
    folded.add(key);
    if (entries.size >= MAX_ENTRIES) throw unsafe('The file holds too many parts.');
    if ((entry.generalPurposeBitFlag & ENCRYPTED_FLAG) !== 0) throw new ParseError('library.encrypted_file');
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
      throw unsafe('The file is packed with an unusual method.');
    }
    total += entry.uncompressedSize;
    packed += entry.compressedSize;
    if (entry.uncompressedSize > MAX_ENTRY_BYTES || total > MAX_TOTAL_BYTES)
      throw unsafe('The file unpacks to too much data.');
    entries.set(name, entry);
  }
  if (total > RATIO_FROM_BYTES && total > packed * MAX_RATIO)
    throw unsafe('The file unpacks to far more than it holds.');
  return entries;
}

/** yauzl's own errors are about the archive: either it is unsafe by its names, or it is broken. */
function asParseError(error: unknown): ParseError {
  if (error instanceof ParseError) return error;
  const message = error instanceof Error ? error.message : '';
  if (/absolute path|invalid (?:relative path|characters)/i.test(message)) {
    return unsafe('The file holds a part whose name leads out of it.');
  }
  return new ParseError('library.damaged_file');
}

const OPTIONS = {
  strictFileNames: true,
  validateEntrySizes: true,
  decodeStrings: true,
  autoClose: false,
} as const;

/** A ZIP archive whose directory has passed the checks. Names are exact and case-sensitive. */
export class Archive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  static async fromBytes(bytes: Uint8Array): Promise<Archive> {
    return Archive.#open(() =>
      fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), OPTIONS),
    );
  }

  /** Reads the directory only. Close it after use. */
  static async fromPath(path: string): Promise<Archive> {
    return Archive.#open(() => openPromise(path, OPTIONS));
  }

  static async #open(open: () => Promise<ZipFile>): Promise<Archive> {
    let zip: ZipFile | null = null;
    try {
      zip = await open();
      return new Archive(zip, await checkedEntries(zip));
    } catch (error) {
      zip?.close();
      throw asParseError(error);
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The bytes of a part, null where there is none. Throws where it is broken or holds more than it declares. */
  async read(name: string, maxBytes: number = MAX_ENTRY_BYTES): Promise<Buffer | null> {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.uncompressedSize > maxBytes) throw unsafe('A part of the file is too large.');
    try {
      const bytes = Buffer.allocUnsafe(entry.uncompressedSize);
      let filled = 0;
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        if (!Buffer.isBuffer(chunk) || filled + chunk.length > bytes.length)
          throw unsafe('The file unpacks to more than it declares.');
        filled += chunk.copy(bytes, filled);
      }
      return bytes.subarray(0, filled);
    } catch (error) {
      if (error instanceof Error && /too many bytes/i.test(error.message))
        throw unsafe('The file unpacks to more than it declares.');
      throw asParseError(error);
    }
  }

  close(): void {
    this.#zip.close();
  }
}
