import { detectAll } from 'tinyld';

/** Code units looked at: enough to be sure, few enough to be quick. */
const SAMPLE = 900;
/** Letters below which n-grams guess more than they know. */
const MIN_LETTERS = 40;
const MIN_ACCURACY = 0.1;
/** How many times likelier than the next best it must be. */
const MIN_LEAD = 3;

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

/** What n-grams may answer for text in Latin letters is none of these. */
const NOT_LATIN = new Set('ar fa ur ps ru uk bg mk be sr kk ky mn tt hi mr ne he yi ko ja zh th'.split(' '));

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
  if (text.length <= SAMPLE) return text;
  const third = Math.floor(SAMPLE / 3);
  const middle = Math.floor((text.length - third) / 2);
  return [text.slice(0, third), text.slice(middle, middle + third), text.slice(-third)]
    .join('\n')
    .toWellFormed();
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
  const [best, second] = detectAll(part);
  if (!best || best.accuracy < MIN_ACCURACY || best.accuracy < MIN_LEAD * (second?.accuracy ?? 0))
    return null;
  const latin = part.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return latin > letters / 2 && NOT_LATIN.has(best.lang) ? null : declaredLanguage(best.lang);
}
