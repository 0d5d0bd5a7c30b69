import { type StopRules, stopRules } from './abbreviations.ts';
import { graphemeCut, segmenterFor } from './graphemes.ts';

/** Code units given to the segmenter at a time: bounds its memory and keeps long texts linear. */
const WINDOW = 8_192;

/** "Dr.", "e.g.", initials, "3. Oktober", "1." of a list: the full stop that ICU takes for an end and that is none. */
function stopIsInside(before: string, after: string, rules: StopRules): boolean {
  const head = before.trimEnd();
  if (!head.endsWith('.')) return false;
  if (/^\p{Ll}/u.test(after) && !head.endsWith('..')) return true;
  const word = /(?:^|[\s("'“‘«[–—-])([^\s("'“‘«[–—-]+)\.$/u.exec(head)?.[1];
  if (word === undefined) return false;
  if (/^\p{Lu}$/u.test(word)) return true;
  if (/^\d{1,3}$/.test(word)) return rules.dottedOrdinals || head === `${word}.`;
  return rules.abbreviations.has(word.toLowerCase());
}

function windowEnds(text: string, segmenter: Intl.Segmenter): number[] {
  const ends: number[] = [];
  let from = 0;
  while (from < text.length) {
    const last = from + WINDOW >= text.length;
    const to = last ? text.length : graphemeCut(text, from, from + WINDOW);
    const found = [...segmenter.segment(text.slice(from, to))].map(
      ({ index, segment }) => index + segment.length,
    );
    // The last sentence of a window may go on: it is looked at again with what follows, unless it fills the window.
    const sure = last || found.length === 1 ? found : found.slice(0, -1);
    for (const end of sure) ends.push(from + end);
    from = ends.at(-1) ?? text.length;
  }
  return ends;
}

/**
 * The ends of the sentences of a text, ascending, in UTF-16 code units; the last is `text.length`. Sentences include the
 * space after them. Rules: UAX #29 as ICU implements it, then our own against stops inside a sentence. Linear in time.
 */
export function sentenceEnds(text: string, language: string | null): number[] {
  if (text === '') return [];
  const rules = stopRules(language);
  // A line end would always end a sentence; the lines of a paragraph are wrapped, not ended.
  const ends = windowEnds(text.replaceAll('\n', ' '), segmenterFor(language, 'sentence'));
  const kept: number[] = [];
  for (const end of ends) {
    const start = kept.at(-1) ?? 0;
    const before = text.slice(Math.max(start, end - 64), end);
    if (end < text.length && stopIsInside(before, text.slice(end, end + 8), rules)) continue;
    kept.push(end);
  }
  return kept;
}
