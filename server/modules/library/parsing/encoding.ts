import chardet from 'chardet';
import iconv from 'iconv-lite';

/** Bytes given to the statistical guess. */
const GUESS_BYTES = 65_536;
/** Below this many bytes beyond ASCII the statistics say nothing, and Windows-1252 is the likeliest. */
const MIN_HIGH_BYTES = 16;

function utf8(bytes: Uint8Array, truncated: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: truncated });
  } catch {
    return null; // not UTF-8
  }
}

function byMark(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return 'utf-32le';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return null;
}

/** UTF-16 without a mark: Latin text has its zero bytes on one side only. */
function byZeros(bytes: Uint8Array): string | null {
  const head = bytes.subarray(0, 4_096);
  if (head.length < 4 || bytes.length % 2 !== 0) return null;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < head.length; index += 1) {
    if (head[index] !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  const half = head.length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  if (even > half * 0.4 && odd < half * 0.05) return 'utf-16be';
  return null;
}

function decodeAs(bytes: Uint8Array, encoding: string): string {
  return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding);
}

function guess(bytes: Uint8Array): string {
  const head = bytes.subarray(0, GUESS_BYTES);
  const high = head.reduce((count, byte) => count + (byte >= 0x80 ? 1 : 0), 0);
  if (high < MIN_HIGH_BYTES) return 'windows-1252';
  const name = chardet.detect(head);
  // Windows-1252 is ISO-8859-1 with letters where that has controls.
  if (!name || name === 'ISO-8859-1' || name.startsWith('UTF') || !iconv.encodingExists(name))
    return 'windows-1252';
  return name;
}

/** Text has no NUL and hardly any other control character. */
function looksLikeText(text: string): boolean {
  const controls = text.match(/(?!\s)\p{Cc}/gu)?.length ?? 0;
  const unreadable = text.match(/\uFFFD/g)?.length ?? 0;
  return !text.includes('\0') && controls + unreadable <= text.length * 0.02;
}

export interface DecodeOptions {
  /** The bytes are the beginning of something longer: the last character may be cut. */
  readonly truncated?: boolean;
  /** What the file says about itself (`<meta charset>`); used where it is known and the bytes are not UTF-8. */
  readonly declared?: string | null;
}

/**
 * Decodes text of any sane encoding: byte order mark, strict UTF-8, UTF-16 by its zero bytes, the declared one, then a
 * statistical guess. Null where the bytes are no text.
 */
export function decodeText(bytes: Uint8Array, options: DecodeOptions = {}): string | null {
  const wide = byMark(bytes);
  if (wide) {
    const text = decodeAs(bytes, wide);
    return looksLikeText(text) ? text : null;
  }
  const strict = utf8(bytes, options.truncated ?? false);
  if (strict !== null && looksLikeText(strict)) return strict;
  const zeros = byZeros(bytes);
  if (zeros) {
    const text = decodeAs(bytes, zeros);
    return looksLikeText(text) ? text : null;
  }
  if (strict !== null) return null;
  const declared = options.declared && iconv.encodingExists(options.declared) ? options.declared : null;
  const text = decodeAs(bytes, declared ?? guess(bytes));
  return looksLikeText(text) ? text : null;
}
