import { detectAll } from 'tinyld';

/** Code units looked at: enough to be sure, few enough to be quick. */
const SAMPLE = 900;
/** Letters below which n-grams guess more than they know. */
const MIN_LETTERS = 40;
const MIN_ACCURACY = 0.07;
/** Words that make a sentence: cells and labels mostly have fewer. */
const SENTENCE_WORDS = 4;
/** How many times likelier than the next best it must be. */
const MIN_LEAD = 2;

/** Languages whose script says enough. Order matters: kana make Han Japanese. */
const SCRIPTS: readonly (readonly [pattern: RegExp, share: number, language: string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 0.1, 'ja'],
  [/\p{Script=Hangul}/gu, 0.3, 'ko'],
  [/\p{Script=Han}/gu, 0.3, 'zh'],
  [/\p{Script=Thai}/gu, 0.3, 'th'],
  [/\p{Script=Greek}/gu, 0.5, 'el'],
  [/\p{Script=Hebrew}/gu, 0.5, 'he'],
  [/\p{Script=Armenian}/gu, 0.5, 'hy'],
  [/\p{Script=Georgian}/gu, 0.5, 'ka'],
  [/\p{Script=Khmer}/gu, 0.3, 'km'],
  [/\p{Script=Lao}/gu, 0.3, 'lo'],
  [/\p{Script=Myanmar}/gu, 0.3, 'my'],
  [/\p{Script=Ethiopic}/gu, 0.5, 'am'],
  [/\p{Script=Tamil}/gu, 0.5, 'ta'],
  [/\p{Script=Telugu}/gu, 0.5, 'te'],
  [/\p{Script=Bengali}/gu, 0.5, 'bn'],
];

/**
 * Scripts that several languages share, each with those of them that n-grams tell apart. Only these are asked for: the detector
 * takes a lone sign (a table's bar for a danda) as proof of a language, whatever script the text is in.
 */
const SHARED_SCRIPTS: readonly (readonly [pattern: RegExp, languages: string])[] = [
  [
    /\p{Script=Latin}/gu,
    'af cs da de en eo es et fi fr ga hu id is it la lt lv nl no pl pt rn ro sk sr sv tk tl tr vi',
  ],
  [/\p{Script=Cyrillic}/gu, 'be bg kk mk mn ru sr tt uk'],
  [/\p{Script=Arabic}/gu, 'ar fa ur'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Gujarati}/gu, 'gu'],
  [/\p{Script=Kannada}/gu, 'kn'],
];
/** It stands for its neighbours too, whose Latin letters are not known to the detector. */
const CYRILLIC_ONLY = 'sr';

/** Whether a language exists, by its subtag: asking ICU takes a tenth of a millisecond. */
const known = new Map<string, boolean>();
let names: Intl.DisplayNames | null = null;

function isKnown(language: string): boolean {
  names ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const answer = known.get(language) ?? names.of(language) !== undefined;
  if (known.size < 1_000) known.set(language, answer);
  return answer;
}

/** A declared tag in canonical BCP 47 form, or null where it is malformed, private, or names no known language. */
export function declaredLanguage(tag: string | null | undefined): string | null {
  const trimmed = tag?.trim().replaceAll('_', '-');
  if (!trimmed || trimmed.length > 35) return null;
  try {
    const locale = new Intl.Locale(trimmed);
    if (['und', 'mul', 'zxx', 'mis'].includes(locale.language)) return null;
    return isKnown(locale.language) ? locale.toString() : null;
  } catch {
    return null; // Intl.Locale throws RangeError on a malformed tag
  }
}

/** A sample from the beginning, the middle and the end: the beginning alone is often front matter in another language. */
function sample(text: string): string {
  if (text.length <= SAMPLE) return prose(text);
  const third = Math.floor(SAMPLE / 3);
  const middle = Math.floor((text.length - third) / 2);
  // Twice the length is taken, so that enough is left where numbers go.
  const parts = [text.slice(0, third * 2), text.slice(middle, middle + third * 2), text.slice(-third * 2)];
  return parts.map((part) => prose(part.toWellFormed()).slice(0, third).toWellFormed()).join(' . ');
}

/** Words alone: numbers and codes go, and a cell of a table becomes a clause of its own, of which the detector takes the longest. */
function prose(text: string): string {
  return text
    .replace(/[\p{L}\p{M}]*\p{N}[\p{L}\p{M}\p{N}]*/gu, ' ')
    .replace(/[^\p{L}\p{M}\p{Zs}\n'’]+/gu, (signs) => (/^\p{Pd}+$/u.test(signs) ? ' ' : ' . '))
    .replace(/\n\s*\n/g, ' . ')
    .replace(/\s+/g, ' ');
}

/** Detects the language of a text by script and, for scripts that several languages share, by n-grams. Null if unsure. */
export function detectLanguage(text: string): string | null {
  const part = sample(text);
  const letters = part.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 4) return null;
  for (const [pattern, share, language] of SCRIPTS) {
    if ((part.match(pattern)?.length ?? 0) >= letters * share) return language;
  }
  if (letters < MIN_LETTERS) return null;
  const shared = SHARED_SCRIPTS.find(([pattern]) => (part.match(pattern)?.length ?? 0) > letters / 2);
  return shared ? detectAmong(sentencesOf(part), shared[1].split(' ')) : null;
}

/** Clauses that are sentences rather than cells, labels and names, where there are enough of them. */
function sentencesOf(text: string): string {
  const long = text.split(' . ').filter((clause) => clause.trim().split(' ').length >= SENTENCE_WORDS);
  const joined = long.join(' . ');
  return (joined.match(/\p{L}/gu)?.length ?? 0) >= MIN_LETTERS ? joined : text;
}

function detectAmong(text: string, languages: string[]): string | null {
  const [best, second] = detectAll(text, { only: languages });
  if (!best || best.accuracy < MIN_ACCURACY || best.accuracy < MIN_LEAD * (second?.accuracy ?? 0))
    return null;
  const written = best.lang !== CYRILLIC_ONLY || /\p{Script=Cyrillic}/u.test(text);
  return written ? declaredLanguage(best.lang) : null;
}
