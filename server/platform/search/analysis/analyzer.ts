import { type AnalysedWord, type Language, languageOf } from './languages.ts';
import { type Token, tokenize } from './tokenize.ts';

/** A term of the index and where it stands in the text (UTF-16 code units). */
export interface TermOccurrence {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  /** A word of grammar: findable, but it counts for nothing in ranking unless nothing else is asked. */
  readonly stop: boolean;
}

/** Turns text into index terms by the rules of its language. The same rules serve documents, queries and highlights. */
export function analyze(text: string, tag: string | null): TermOccurrence[] {
  const language = languageOf(tag);
  return tokenize(text, language).map((token) => occurrenceOf(token, language));
}

/** Where the terms stand in a text: what `analyze` gives of them. */
export function findTerms(text: string, tag: string | null, terms: ReadonlySet<string>): TermOccurrence[] {
  const language = languageOf(tag);
  const beginnings = new Set(Array.from(terms, (term) => term.charCodeAt(0)));
  // Most words of a text begin with another letter than those looked for, and analysing is dear.
  const mayBe = ({ kind, surface }: Token) =>
    kind !== 'word' || surface.charCodeAt(0) > LAST_ASCII || beginnings.has(surface.charCodeAt(0));
  const tokens = tokenize(text, language);
  return (language.keepsBeginnings ? tokens.filter(mayBe) : tokens)
    .map((token) => occurrenceOf(token, language))
    .filter(({ term }) => terms.has(term));
}

const LAST_ASCII = 0x7f;

function occurrenceOf({ kind, surface, start, end }: Token, language: Language): TermOccurrence {
  if (kind === 'word') {
    const { term, stop } = wordOf(surface, language);
    return { term, start, end, stop };
  }
  const stop = kind === 'segment' && language.stopWords.has(surface);
  return { term: fold(surface, language), start, end, stop };
}

/** A Snowball stem costs about 8 µs, a look-up 0.1 µs, and text repeats itself. Emptied when full, so memory is bounded. */
const WORDS_REMEMBERED = 20_000;

function wordOf(surface: string, language: Language): AnalysedWord {
  const known = language.words.get(surface);
  if (known !== undefined) return known;
  if (language.words.size >= WORDS_REMEMBERED) language.words.clear();
  const stop = language.stopWords.has(surface);
  // Accents are folded after stemming, because the stemmers know the accents.
  const word = { term: fold(stop ? surface : language.stem(surface), language), stop };
  language.words.set(surface, word);
  return word;
}

const ASCII = /^[\x20-\x7e]*$/;
/** Combining accents on Latin and Greek letters; Arabic vowel signs; Hebrew points. */
const ACCENTS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}]\u0300?)[\u0300-\u036f]+|[\u064b-\u0652\u0670\u0591-\u05c7]/gu;
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  ё: 'е',
  ς: 'σ',
};
const SINGLE_LETTERS = /[øłđæœßёς]/g;

/** One form for what readers of the language take for one letter: `é` and `e`, `œ` and `oe`, `ё` and `е`. */
export function fold(text: string, language: Language): string {
  if (!language.foldsAccents || ASCII.test(text)) return text;
  return text
    .normalize('NFD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .replace(SINGLE_LETTERS, (letter) => LETTERS[letter] ?? letter);
}
