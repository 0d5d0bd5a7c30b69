import { analyze, fold } from '../analysis/analyzer.ts';
import { languageOf } from '../analysis/languages.ts';
import type { OrganizationIndex } from '../memory/organization-index.ts';

/** Shorter words have too many neighbours to guess. */
const SHORTEST = 4;
/** From this length on two mistakes are forgiven. */
const LONG = 8;
/** The longest ending that a stemmer is expected to cut off, in code units. */
const LONGEST_ENDING = 8;
/** Terms looked up in passages, and terms whose frequency is asked for to find them. */
const MAX_CANDIDATES = 12;
const MAX_ASKED = 200;

/** A term that a misspelt word may have meant. */
export interface NearTerm {
  readonly term: string;
  /** Edits between the stems of both words, or `Infinity` where only the beginning of the misspelt word is near. */
  readonly distance: number;
  readonly frequency: number;
}

/**
 * The terms of the vocabulary that a misspelt word may have meant, nearest first, among those for which `frequency` says more
 * than 0. The vocabulary holds stems, and a mistake in an ending keeps the stemmer from cutting it off: so a term is also
 * near where the word begins like it, and `nearestForm` must then confirm it among whole words.
 */
export function nearTerms(
  index: OrganizationIndex,
  word: string,
  frequency: (term: number) => number,
): NearTerm[] {
  const codes = index.languages().map(({ code }) => code);
  const stems = [...new Set(codes.flatMap((code) => analyze(word, code).map(({ term }) => term)))];
  const wholes = [...new Set(codes.map((code) => folded(word, code)))];
  const near: { term: string; distance: number; order: number }[] = [];
  for (const term of index.vocabulary.terms()) {
    if (term.length < SHORTEST - 1) continue;
    let distance = Infinity;
    for (const stem of stems) distance = Math.min(distance, wordDistance(stem, term));
    let order = distance;
    for (const whole of wholes) order = Math.min(order, beginningDistance(term, whole));
    if (order < Infinity) near.push({ term, distance, order });
  }
  near.sort((a, b) => a.order - b.order || b.term.length - a.term.length);
  const found: NearTerm[] = [];
  for (const { term, distance } of near.slice(0, MAX_ASKED)) {
    const count = frequency(index.vocabulary.numberOf(term) ?? 0);
    if (count > 0) found.push({ term, distance, frequency: count });
    if (found.length === MAX_CANDIDATES) break;
  }
  return found;
}

/** The form of a term in a text that is nearest to a misspelt word, lower case, or null where the text has none. */
export function nearestForm(
  word: string,
  term: string,
  text: string,
  language: string,
): { readonly form: string; readonly distance: number } | null {
  const forms = analyze(text, language).filter((occurrence) => occurrence.term === term);
  const wanted = folded(word, language);
  let best: { form: string; distance: number } | null = null;
  for (const { start, end } of forms) {
    const form = text.slice(start, end).toLowerCase();
    const distance = wordDistance(wanted, folded(form, language));
    if (best === null || distance < best.distance) best = { form, distance };
  }
  return best;
}

function folded(word: string, code: string): string {
  const language = languageOf(code);
  return fold(language.lower(word.normalize('NFKC')), language);
}

function allowance(word: string): number {
  if (word.length < SHORTEST) return -1;
  return word.length < LONG ? 1 : 2;
}

/** Edits from the misspelt `word` to `other`, or `Infinity` where these are more than are forgiven. */
function wordDistance(word: string, other: string): number {
  const most = allowance(word);
  if (Math.abs(word.length - other.length) > most) return Infinity;
  const distance = editDistance(word, other, most);
  return distance > most ? Infinity : distance;
}

/** Edits from `term` to the beginning of `word` that is nearest to it, where the rest of the word may be an ending. */
function beginningDistance(term: string, word: string): number {
  const most = allowance(term);
  const ending = word.length - term.length;
  if (ending < -most || ending > LONGEST_ENDING) return Infinity;
  const row = lastRow(term, word, most);
  const distance = row === null ? Infinity : Math.min(...row);
  return distance > most ? Infinity : distance;
}

/** Damerau's distance with neighbouring letters swapped counting one, or `most + 1` as soon as it must be larger. */
export function editDistance(a: string, b: string, most: number): number {
  return lastRow(a, b, most)?.[b.length] ?? most + 1;
}

/**
 * The distances from `a` to each beginning of `b`, as far as they are at most `most`, else `most + 1`; null as soon as all
 * must be larger. Only the cells within `most` of the diagonal can be smaller, so only these are computed (Ukkonen 1985).
 */
function lastRow(a: string, b: string, most: number): readonly number[] | null {
  const far = most + 1;
  let before: number[] = [];
  let row: number[] = new Array(b.length + 1).fill(far);
  for (let j = 0; j <= Math.min(b.length, most); j++) row[j] = j;
  let next: number[] = new Array(b.length + 1).fill(far);
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - most);
    const to = Math.min(b.length, i + most);
    next[from - 1] = from === 1 ? Math.min(i, far) : far;
    let least = next[from - 1] as number;
    for (let j = from; j <= to; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + change,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      next[j] = Math.min(cost, far);
      least = Math.min(least, cost);
    }
    if (to < b.length) next[to + 1] = far;
    if (least > most) return null;
    const free = before.length > 0 ? before : new Array<number>(b.length + 1).fill(far);
    before = row;
    row = next;
    next = free;
  }
  return row;
}
