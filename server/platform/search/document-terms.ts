import { analyze } from './analysis/analyzer.ts';
import { encodeTerms } from './storage/term-codec.ts';

/** Terms with their counts, before they have numbers. */
export type TermCounts = ReadonlyMap<string, { readonly count: number; readonly stop: boolean }>;

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
