import type { Range } from './ask.sentences.ts';

/** A text in the form that quotes are compared in, and where each of its characters comes from. */
interface Folded {
  readonly text: string;
  /** For each UTF-16 unit of `text`, the range of the original that it stands for. */
  readonly origins: readonly Range[];
}

const DOUBLE_QUOTES = /[“”„‟«»″＂]/u;
const SINGLE_QUOTES = /[‘’‚‛‹›′＇`]/u;
const DASHES = /[‐‑‒–—―−]/u;
/** Soft hyphen, zero-width characters, byte order mark. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/u;
const WORD = /[\p{L}\p{N}]/u;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/**
 * Finds quotes in a passage. White space, kinds of quotation marks and dashes, compatibility forms (`ﬁ`) and letter case may
 * differ; words, numbers and other marks may not. Null when the passage does not hold the words, or when the quote is too
 * short to prove anything.
 */
export function createQuoteFinder(passage: string): (quote: string) => Range | null {
  let folded: Folded | null = null;
  return (quote) => {
    const whole = fold(quote).text.trim();
    for (const wanted of new Set([whole, withoutEdges(whole)])) {
      if (!isTelling(wanted)) continue;
      folded ??= fold(passage);
      const found = findWords(folded, wanted);
      if (found !== null) return found;
    }
    return null;
  };
}

/** Models like to end a quote with a stop of their own, or to mark with dots that it was cut out. */
function withoutEdges(quote: string): string {
  return quote.replace(/^["'.…\s]+|["'.,;:…\s]+$/gu, '');
}

/** Three words, or as much in a script without spaces, or a number with its word: less is found anywhere. */
function isTelling(quote: string): boolean {
  const words = quote.split(' ').filter((word) => WORD.test(word)).length;
  return (
    words >= 3 ||
    quote.length >= 12 ||
    (words >= 2 && /\p{N}/u.test(quote)) ||
    (UNSPACED.test(quote) && quote.length >= 4)
  );
}

function findWords(folded: Folded, wanted: string): Range | null {
  for (let at = folded.text.indexOf(wanted); at >= 0; at = folded.text.indexOf(wanted, at + 1)) {
    const first = folded.origins[at];
    const last = folded.origins[at + wanted.length - 1];
    const whole = !splitsWord(folded.text, at) && !splitsWord(folded.text, at + wanted.length);
    if (first !== undefined && last !== undefined && whole) return { start: first.start, end: last.end };
  }
  return null;
}

/** Whether a cut at `at` goes through a word. */
function splitsWord(text: string, at: number): boolean {
  const before = text.slice(0, at).at(-1) ?? '';
  const after = text.charAt(at);
  return WORD.test(before) && WORD.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after);
}

function fold(text: string): Folded {
  let folded = '';
  const origins: Range[] = [];
  let at = 0;
  for (const character of text) {
    const origin = { start: at, end: at + character.length };
    at = origin.end;
    const plain = plainForm(character);
    // A run of white space counts as one space.
    if (plain === ' ' && (folded === '' || folded.endsWith(' '))) continue;
    folded += plain;
    for (let i = 0; i < plain.length; i++) origins.push(origin);
  }
  return { text: folded, origins };
}

function plainForm(character: string): string {
  if (INVISIBLE.test(character)) return '';
  if (/\s/u.test(character)) return ' ';
  if (DOUBLE_QUOTES.test(character)) return '"';
  if (SINGLE_QUOTES.test(character)) return "'";
  if (DASHES.test(character)) return '-';
  return character.normalize('NFKC').toLowerCase();
}
