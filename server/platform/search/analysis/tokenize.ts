import { plainWordEnd, skipToWord } from './ascii-words.ts';
import type { Language } from './languages.ts';

/**
 * A piece of text that becomes a term. `word` is to be stemmed; `segment` is a word of a script without spaces; `exact` is
 * taken as it stands (identifiers, bigrams).
 */
export interface Token {
  readonly kind: 'word' | 'segment' | 'exact';
  /** Normalised to NFKC and lower case. */
  readonly surface: string;
  /** UTF-16 code units in the text. */
  readonly start: number;
  readonly end: number;
}

/** Longer words are cut: they are noise or an attack, and terms are stored. */
const MAX_WORD = 64;

const HAN_KANA = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー々';
const HANGUL = '\\p{Script=Hangul}';
const UNSPACED = '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const SPACED = `[[\\p{L}\\p{N}]--[${HAN_KANA}${HANGUL}${UNSPACED}]]`;
/** Marks, zero-width (non-)joiners and soft hyphens live inside words. */
const RUN = `${SPACED}[${SPACED}\\p{M}\\u200c\\u200d\\u00ad]*`;
const JOINER = "['’ʼ＇._\\/:@&\\-\\u2010\\u2011]";

/** Words of scripts with spaces, with what joins them: `e-mail`, `v2.0.1`, `§ 12`, `C++`. */
export const COMPOUND = `(?:§{1,2}\\s?(?=\\p{N}))?${RUN}(?:${JOINER}${RUN})*(?:(?:\\+\\+|#)(?!${SPACED}))?`;

const TOKENS = new RegExp(
  [
    `(?<compound>${COMPOUND})`,
    `(?<han>[${HAN_KANA}]+)`,
    `(?<hangul>[${HANGUL}]+)`,
    `(?<unspaced>[${UNSPACED}][${UNSPACED}\\p{M}]*)`,
  ].join('|'),
  'gv',
);
const PART = new RegExp(RUN, 'gv');
const APOSTROPHE = /['’ʼ＇]/;
const IGNORABLE = /\u200c|\u200d|\u00ad/g;
const ASCII = /^[\x20-\x7e]*$/;
const PLAIN = /^[\p{L}\p{N}\p{M}]+$/u;

/** Cuts text into tokens by Unicode's rules, with the language's habits for apostrophes. Linear in the text. */
export function tokenize(text: string, language: Language): Token[] {
  const tokens: Token[] = [];
  for (let at = skipToWord(text, 0); at < text.length; at = skipToWord(text, at)) {
    // Most words of most texts are plain ASCII, and the pattern takes ten times as long for them.
    const plain = plainWordEnd(text, at);
    if (plain !== null) addWord(tokens, text, at, plain, language);
    const end = plain ?? addByPattern(tokens, text, at, language);
    if (end === null) break;
    at = end;
  }
  return tokens;
}

/** Adds what the next match from `from` on gives, and returns its end; null where there is no match. */
function addByPattern(tokens: Token[], text: string, from: number, language: Language): number | null {
  TOKENS.lastIndex = from;
  const match = TOKENS.exec(text);
  if (match === null) return null;
  const { compound, han, hangul, unspaced } = match.groups ?? {};
  if (compound !== undefined) addCompound(tokens, compound, match.index, language);
  else if (han !== undefined) addHan(tokens, han, match.index);
  else if (hangul !== undefined) addHangul(tokens, hangul, match.index);
  else if (unspaced !== undefined) addSegments(tokens, unspaced, match.index);
  return match.index + match[0].length;
}

function addWord(tokens: Token[], text: string, start: number, end: number, language: Language): void {
  tokens.push({ kind: 'word', surface: cut(language.lower(text.slice(start, end))), start, end });
}

function surfaceOf(text: string, language: Language | null): string {
  const normal = ASCII.test(text) ? text : text.normalize('NFKC').replace(IGNORABLE, '');
  return cut(language === null ? normal.toLowerCase() : language.lower(normal));
}

function cut(word: string): string {
  return word.length > MAX_WORD ? word.slice(0, MAX_WORD).toWellFormed() : word;
}

function addCompound(tokens: Token[], text: string, start: number, language: Language): void {
  if (PLAIN.test(text)) {
    tokens.push({ kind: 'word', surface: surfaceOf(text, language), start, end: start + text.length });
    return;
  }
  const pieces = wordsOf(text, language);
  for (const piece of pieces) {
    const surface = surfaceOf(piece.text, language);
    if (surface !== '')
      tokens.push({
        kind: 'word',
        surface,
        start: start + piece.at,
        end: start + piece.at + piece.text.length,
      });
  }
  const whole = identifierOf(text, pieces.length);
  if (whole !== null) tokens.push({ kind: 'exact', surface: whole, start, end: start + text.length });
}

interface Piece {
  readonly text: string;
  readonly at: number;
}

/** The words of `l'avant-garde` or `company's`: an elided article is a word of its own, an English possessive is dropped. */
function wordsOf(text: string, language: Language): Piece[] {
  const runs = Array.from(text.matchAll(PART), (match): Piece => ({ text: match[0], at: match.index }));
  if (language.elides || !APOSTROPHE.test(text)) return runs;
  const words: Piece[] = [];
  for (const run of runs) {
    const before = words.at(-1);
    const joined =
      before !== undefined &&
      APOSTROPHE.test(text[run.at - 1] ?? '') &&
      before.at + before.text.length === run.at - 1;
    if (!joined) words.push(run);
    else if (!/^s$/i.test(run.text))
      words[words.length - 1] = { text: before.text + run.text, at: before.at };
  }
  return words;
}

/**
 * What must also be findable whole: `EX-01` (as `ex01`, so that EX01 finds it), `3.14`, `§12`, `C++`, and hyphened pairs
 * (`e-mail` as `email`). Null where the parts say it all.
 */
function identifierOf(text: string, words: number): string | null {
  if (text.length > MAX_WORD) return null;
  const marked = /[§+#]/.test(text);
  const coded = /\p{N}/u.test(text) && /[._/:@&\-\u2010\u2011]/.test(text);
  const pair = words === 2 && /^[\p{L}\p{M}]+[-\u2010\u2011][\p{L}\p{M}]+$/u.test(text);
  if (!marked && !coded && !pair) return null;
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\-\u2010\u2011'’ʼ＇]/g, '');
}

/** Chinese and Japanese: dictionary words, and the bigrams as a net for what the dictionary cuts otherwise. */
function addHan(tokens: Token[], text: string, start: number): void {
  const words = segment(text);
  for (const word of words) {
    if (word.text.length > 1 || !/\p{Script=Hiragana}/u.test(word.text)) {
      tokens.push({
        kind: 'segment',
        surface: surfaceOf(word.text, null),
        start: start + word.at,
        end: start + word.at + word.text.length,
      });
    }
  }
  addBigrams(
    tokens,
    text,
    start,
    new Set(words.filter((word) => word.text.length === 2).map((word) => word.at)),
  );
}

/** Korean: the spaced unit with its particles, and syllable bigrams, which match across particles. */
function addHangul(tokens: Token[], text: string, start: number): void {
  tokens.push({ kind: 'segment', surface: surfaceOf(text, null), start, end: start + text.length });
  if (text.length > 2) addBigrams(tokens, text, start, new Set());
}

function addBigrams(tokens: Token[], text: string, start: number, skip: ReadonlySet<number>): void {
  const characters = Array.from(text);
  let at = 0;
  for (let i = 0; i + 1 < characters.length; i++) {
    const pair = `${characters[i]}${characters[i + 1]}`;
    if (!skip.has(at))
      tokens.push({
        kind: 'exact',
        surface: surfaceOf(pair, null),
        start: start + at,
        end: start + at + pair.length,
      });
    at += characters[i]?.length ?? 0;
  }
}

/** Thai, Lao, Khmer, Burmese: dictionary words. */
function addSegments(tokens: Token[], text: string, start: number): void {
  for (const word of segment(text)) {
    tokens.push({
      kind: 'segment',
      surface: surfaceOf(word.text, null),
      start: start + word.at,
      end: start + word.at + word.text.length,
    });
  }
}

let segmenter: Intl.Segmenter | undefined;

/** Long runs without a space are cut, because the segmenter's dictionary search is not linear. */
const SEGMENT_CHUNK = 2_000;

function segment(text: string): Piece[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' });
  const pieces: Piece[] = [];
  for (let from = 0; from < text.length; from += SEGMENT_CHUNK) {
    for (const part of segmenter.segment(text.slice(from, from + SEGMENT_CHUNK))) {
      if (part.isWordLike === true) pieces.push({ text: part.segment, at: from + part.index });
    }
  }
  return pieces;
}
