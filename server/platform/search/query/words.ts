import { analyze, fold } from '../analysis/analyzer.ts';
import { languageOf } from '../analysis/languages.ts';
import type { OrganizationIndex } from '../memory/organization-index.ts';

/** One word of a query with the terms that stand for it, each in the languages where it does. */
export interface QueryWord {
  /** How often it was asked. */
  readonly weight: number;
  readonly forms: readonly WordForm[];
}

export interface WordForm {
  readonly term: number;
  /** By the index's language numbers; null means in every language. */
  readonly languages: Uint8Array | null;
}

export interface ResolvedQuery {
  readonly words: readonly QueryWord[];
  /** The same as terms, for highlights. */
  readonly terms: ReadonlySet<string>;
  /** Words (as typed) that no passage holds. */
  readonly unknown: readonly string[];
  /** The index's number of the language that the query's stop words speak, where they speak one. */
  readonly language: number | null;
}

/** More words than any question has; the rest is ignored, so that a query's cost is bounded. */
const MAX_WORDS = 64;
const MAX_EXPANSIONS = 64;
/** A stem shorter than this is no evidence for a word that is being typed. */
const SHORTEST_STEM = 4;

/**
 * The query's language is not known, so each word is analysed by the rules of every language that the index holds, and
 * its form in a language only matches passages of that language. A stop word of all languages counts only where the query
 * has no other word.
 */
export function resolveWords(index: OrganizationIndex, text: string, openEnd: boolean): ResolvedQuery {
  const languages = index.languages();
  const counted = new Map<string, Forms>();
  const stops = new Map<string, Forms>();
  const votes = new Map<number, number>();
  for (const { number, code } of languages) {
    for (const { term, start, end, stop } of analyze(text, code)) {
      if (stop) votes.set(number, (votes.get(number) ?? 0) + 1);
      addForm(stop ? stops : counted, `${start}-${end}`, text.slice(start, end), term, number);
    }
  }
  const positions = counted.size > 0 ? counted : stops;
  const resolved = new Map<string, { weight: number; forms: readonly WordForm[] }>();
  const terms = new Set<string>();
  const unknown: string[] = [];
  for (const { surface, byTerm } of [...positions.values()].slice(0, MAX_WORDS)) {
    const forms = knownForms(index, byTerm, languages.length);
    if (forms.length === 0) unknown.push(surface);
    else merge(resolved, forms);
    for (const term of byTerm.keys()) terms.add(term);
  }
  if (openEnd) expandLastWord(index, text, resolved, terms);
  return { words: [...resolved.values()], terms, unknown, language: elected(votes) };
}

/** The language with the most votes; null where none has, or several do. */
function elected(votes: ReadonlyMap<number, number>): number | null {
  const [first, second] = [...votes].sort((a, b) => b[1] - a[1]);
  return first === undefined || first[1] === second?.[1] ? null : first[0];
}

interface Forms {
  readonly surface: string;
  /** Term → numbers of the languages in which it is the word's form. */
  readonly byTerm: Map<string, number[]>;
}

function addForm(
  positions: Map<string, Forms>,
  position: string,
  surface: string,
  term: string,
  language: number,
): void {
  const forms = positions.get(position) ?? { surface, byTerm: new Map<string, number[]>() };
  positions.set(position, forms);
  forms.byTerm.set(term, [...(forms.byTerm.get(term) ?? []), language]);
}

function knownForms(
  index: OrganizationIndex,
  byTerm: ReadonlyMap<string, readonly number[]>,
  languages: number,
): WordForm[] {
  const forms: WordForm[] = [];
  for (const [term, numbers] of byTerm) {
    const number = index.vocabulary.numberOf(term);
    if (number === undefined) continue;
    forms.push({ term: number, languages: numbers.length === languages ? null : maskOf(numbers) });
  }
  return forms;
}

function maskOf(numbers: readonly number[]): Uint8Array {
  const mask = new Uint8Array(256);
  for (const number of numbers) mask[number] = 1;
  return mask;
}

/** A word that is asked twice weighs twice. */
function merge(
  resolved: Map<string, { weight: number; forms: readonly WordForm[] }>,
  forms: readonly WordForm[],
): void {
  const key = forms.map((form) => form.term).join();
  const before = resolved.get(key);
  if (before === undefined) resolved.set(key, { weight: 1, forms });
  else before.weight++;
}

/** While typing: all words that begin as the last one does count as one word, beside the word itself. */
function expandLastWord(
  index: OrganizationIndex,
  text: string,
  resolved: Map<string, { weight: number; forms: readonly WordForm[] }>,
  terms: Set<string>,
): void {
  const word = /[\p{L}\p{N}\p{M}]+$/u.exec(text.trimEnd())?.[0];
  if (word === undefined) return;
  const prefix = fold(word.normalize('NFKC').toLowerCase(), languageOf(null));
  const expansions = index.vocabulary.startingWith(prefix, MAX_EXPANSIONS);
  const stem = index.vocabulary.longestPrefixOf(prefix, SHORTEST_STEM);
  if (expansions.length === 0 && stem !== undefined) expansions.push(stem);
  const forms = expansions.flatMap((term): WordForm[] => {
    const number = index.vocabulary.numberOf(term);
    return number === undefined ? [] : [{ term: number, languages: null }];
  });
  if (forms.length > 0) merge(resolved, forms);
  for (const term of expansions) terms.add(term);
}
