import { analyze } from './analysis/analyzer.ts';
import { encodeTerms, MAX_COUNT, visitTerms } from './storage/term-codec.ts';

/** Terms with their counts, before they have numbers. */
export type TermCounts = ReadonlyMap<string, { readonly count: number; readonly stop: boolean }>;

/** How often a title's word counts beside one of the body: measured best at 2 to 3 on abstracts. */
export const TITLE_WEIGHT = 3;

/** Counts the terms of one or several pieces of text. */
export function countTerms(texts: readonly string[], language: string): TermCounts {
  const counts = new Map<string, { count: number; stop: boolean }>();
  for (const text of texts) {
    for (const { term, stop } of analyze(text, language)) {
      const known = counts.get(term);
      if (known === undefined) counts.set(term, { count: 1, stop });
      else known.count++;
    }
  }
  return counts;
}

/** Packs counted terms; every term must have its number. */
export function packTerms(counts: TermCounts, numbers: ReadonlyMap<string, number>): Uint8Array {
  return encodeTerms(
    Array.from(counts, ([text, { count, stop }]) => {
      const term = numbers.get(text);
      if (term === undefined) throw new RangeError('a term without a number');
      return { term, count, stop };
    }),
  );
}

/** The counted terms of a passage together with those of its document's title; stop words left out. */
export function combinedTerms(title: Uint8Array, passage: Uint8Array): Map<number, number> {
  const counts = new Map<number, number>();
  visitTerms(passage, (term, count, stop) => {
    if (!stop) counts.set(term, count);
  });
  visitTerms(title, (term, count, stop) => {
    if (!stop) counts.set(term, Math.min(MAX_COUNT, (counts.get(term) ?? 0) + TITLE_WEIGHT * count));
  });
  return counts;
}
