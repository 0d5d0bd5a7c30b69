import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { Archive } from './archive.ts';
import { decodeText } from './encoding.ts';
import { ParseError, parseFailure } from './failures.ts';
import type { MediaType, ParseFailure } from './port.ts';

/** Bytes from the beginning of a file that decide what it is. */
export const HEAD_BYTES = 65_536;
const CONTENT_TYPES_BYTES = 4 * 1024 * 1024;

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const BY_EXTENSION: Readonly<Record<string, MediaType>> = {
  '.pdf': 'application/pdf',
  '.docx': DOCX,
  '.epub': 'application/epub+zip',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'text/html',
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.mdown': 'text/markdown',
  '.mkd': 'text/markdown',
  '.txt': 'text/plain',
  '.text': 'text/plain',
};

/** Names that promise something we do not read: text inside contradicts them. */
const OTHER_BINARY =
  /^\.(?:png|jpe?g|gif|webp|bmp|tiff?|ico|heic|mp[34]|m4[av]|avi|mov|wav|ogg|flac|zip|gz|tgz|bz2|xz|7z|rar|exe|dll|so|bin|iso|docm?|dotx?|xls[xmb]?|ppt[xm]?|od[tsp]|mobi|azw3?|djvu|sqlite|class|jar|woff2?|ttf|otf)$/;

/** Text formats with a meaning that plain text would lose; refused rather than shown as their source. */
const OTHER_TEXT = /^\.(?:rtf|svg|ps|eps)$/;

const BINARY_MAGIC: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0xff, 0xd8, 0xff], // JPEG
  [0x47, 0x49, 0x46, 0x38], // GIF
  [0x4d, 0x5a], // MZ
  [0x7f, 0x45, 0x4c, 0x46], // ELF
  [0x1f, 0x8b], // gzip
  [0x42, 0x5a, 0x68], // bzip2
  [0x37, 0x7a, 0xbc, 0xaf], // 7z
  [0x52, 0x61, 0x72, 0x21], // RAR
  [0x52, 0x49, 0x46, 0x46], // RIFF
  [0x4f, 0x67, 0x67, 0x53], // Ogg
  [0xca, 0xfe, 0xba, 0xbe], // Java, Mach-O
];
const OLE_MAGIC = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/** What the first bytes say. `archive` and `compound` need the file itself to tell further. */
type Sniffed =
  | 'pdf'
  | 'archive'
  | 'compound'
  | 'binary'
  | 'otherText'
  | 'html'
  | 'markup'
  | 'markdown'
  | 'text'
  | 'empty';

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

function looksLikeMarkdown(text: string): boolean {
  const signs = [
    /^#{1,6} \S/m,
    /^(?:```|~~~)/m,
    /^\s*[-*+] \S/m,
    /\[[^[\]\n]{1,200}\]\([^()\n]{1,500}\)/,
    /\*\*[^*\n]{1,200}\*\*/,
    /^\|?[\s:]*-{3,}[\s:]*\|/m,
    /^---\n[\s\S]{0,2000}?\n---$/m,
  ];
  const found = signs.filter((sign) => sign.test(text)).length;
  return found >= 2 || /^#{1,6} \S/.test(text);
}

function sniffText(text: string): Sniffed {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start === '') return 'text';
  if (start.startsWith('{\\rtf') || start.startsWith('%!PS')) return 'otherText';
  const content = start
    .replace(/^(?:<\?xml[^>]*\?>|<!--[\s\S]*?-->|\s)+/, '')
    .slice(0, 512)
    .toLowerCase();
  if (/^<!doctype\s+html|^<html[\s>]/.test(content)) return 'html';
  if (/^<!doctype\s+svg|^<svg[\s>]/.test(content)) return 'otherText';
  if (start.startsWith('<?xml')) return 'otherText';
  // The tags by which browsers know HTML (WHATWG MIME Sniffing, 7.1); Markdown may begin with them too.
  if (
    /^(?:<!--|<(?:head|body|script|iframe|style|title|table|div|font|h1|br|p|a|b)[\s>/])/.test(
      start.slice(0, 16).toLowerCase(),
    )
  )
    return 'markup';
  return looksLikeMarkdown(start.slice(0, 16_384)) ? 'markdown' : 'text';
}

function sniff(head: Uint8Array, whole: boolean): Sniffed {
  if (head.length === 0) return 'empty';
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06]))
    return 'archive';
  if (startsWith(head, OLE_MAGIC)) return 'compound';
  if (BINARY_MAGIC.some((magic) => startsWith(head, magic))) return 'binary';
  // The header may stand behind a little junk (ISO 32000-1, annex H.3.4.1), but not behind the start of another format.
  const pdf = Buffer.from(head.subarray(0, 1_024)).toString('latin1').indexOf('%PDF-');
  if (pdf === 0) return 'pdf';
  const text = decodeText(head, { truncated: !whole });
  const kind = text === null ? 'binary' : sniffText(text);
  if (pdf > 0 && kind !== 'html' && kind !== 'markup' && kind !== 'otherText') return 'pdf';
  return kind;
}

function mismatch(): Result<MediaType, ParseFailure> {
  return err(parseFailure('library.type_mismatch'));
}

function unsupported(): Result<MediaType, ParseFailure> {
  return err(parseFailure('library.unsupported_format'));
}

/** Content of a known type, against what the name promises. */
function known(type: MediaType, extension: string): Result<MediaType, ParseFailure> {
  const promised = BY_EXTENSION[extension];
  if (promised ? promised !== type : OTHER_BINARY.test(extension) || OTHER_TEXT.test(extension))
    return mismatch();
  return ok(type);
}

/** Content of no known type: a name that promises one lies. */
function unknown(extension: string): Result<MediaType, ParseFailure> {
  const promised = BY_EXTENSION[extension];
  return promised && !promised.startsWith('text/') ? mismatch() : unsupported();
}

function binary(head: Uint8Array, extension: string): Result<MediaType, ParseFailure> {
  const recognised = BINARY_MAGIC.some((magic) => startsWith(head, magic));
  return recognised && BY_EXTENSION[extension] ? mismatch() : unknown(extension);
}

/** Text is whatever of the text types its name says; without a name that helps, what it looks like. */
function textual(kind: Sniffed, extension: string): Result<MediaType, ParseFailure> {
  const promised = BY_EXTENSION[extension];
  if (kind === 'html') return known('text/html', extension);
  if (OTHER_TEXT.test(extension)) return unsupported();
  if (OTHER_BINARY.test(extension) || (promised && !promised.startsWith('text/'))) return mismatch();
  if (promised) return ok(promised);
  if (kind === 'markup') return ok('text/html');
  return ok(kind === 'markdown' ? 'text/markdown' : 'text/plain');
}

/** A document of an old Office program, or an encrypted new one, which is a compound file around the ciphertext (MS-OFFCRYPTO). */
async function compound(path: string, extension: string): Promise<Result<MediaType, ParseFailure>> {
  const file = await open(path, 'r');
  try {
    const header = Buffer.alloc(512);
    await file.read(header, 0, 512, 0);
    const sectorSize = header.readUInt16LE(30) === 12 ? 4_096 : 512;
    const directory = Buffer.alloc(4_096);
    await file.read(directory, 0, directory.length, (header.readUInt32LE(48) + 1) * sectorSize);
    if (directory.includes(Buffer.from('EncryptedPackage', 'utf16le')))
      return err(parseFailure('library.encrypted_file'));
  } finally {
    await file.close();
  }
  return BY_EXTENSION[extension] ? mismatch() : unsupported();
}

/** DOCX by its content types (ECMA-376 part 2), EPUB by its `mimetype` or container (EPUB OCF). */
async function archiveType(archive: Archive): Promise<MediaType | null> {
  const types = (await archive.read('[Content_Types].xml', CONTENT_TYPES_BYTES))?.toString('utf8');
  if (types !== undefined)
    return /wordprocessingml\.(?:document|template)\.main\+xml|word\.(?:document|template)\.macroEnabled\w*\.main\+xml/.test(
      types,
    )
      ? DOCX
      : null;
  const mimetype = (await archive.read('mimetype', 1_024))?.toString('latin1').trim();
  if (mimetype === 'application/epub+zip') return 'application/epub+zip';
  return mimetype === undefined && archive.has('META-INF/container.xml') ? 'application/epub+zip' : null;
}

async function archived(path: string, extension: string): Promise<Result<MediaType, ParseFailure>> {
  let archive: Archive | null = null;
  try {
    archive = await Archive.fromPath(path);
    const type = await archiveType(archive);
    return type === null ? unknown(extension) : known(type, extension);
  } catch (error) {
    if (error instanceof ParseError) return err(error.failure);
    throw error;
  } finally {
    archive?.close();
  }
}

async function readHead(path: string): Promise<{ head: Buffer; whole: boolean }> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
    return { head: buffer.subarray(0, bytesRead), whole: bytesRead < HEAD_BYTES };
  } finally {
    await file.close();
  }
}

/**
 * What a file on disk is, by its content; its name must not contradict. Reads the first 64 KiB and, of an archive, the
 * directory. Fails with `library.type_mismatch`, `unsupported_format`, `empty_file`, and for what an archive's directory
 * shows at once `unsafe_archive`, `encrypted_file` or `damaged_file`. Rejects where the file cannot be read.
 */
export async function detectFile(path: string, fileName: string): Promise<Result<MediaType, ParseFailure>> {
  const extension = extname(fileName).toLowerCase();
  const { head, whole } = await readHead(path);
  const kind = sniff(head, whole);
  switch (kind) {
    case 'empty':
      return err(parseFailure('library.empty_file'));
    case 'pdf':
      return known('application/pdf', extension);
    case 'archive':
      return archived(path, extension);
    case 'compound':
      return compound(path, extension);
    case 'binary':
      return binary(head, extension);
    case 'otherText':
      return BY_EXTENSION[extension]?.startsWith('text/') && extension !== '.html'
        ? ok(BY_EXTENSION[extension])
        : unknown(extension);
    default:
      return textual(kind, extension);
  }
}
