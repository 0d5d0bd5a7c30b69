import { analyze } from '../analysis/analyzer.ts';
import type { OrganizationIndex } from '../memory/organization-index.ts';

/** Shorter words have too many neighbours to guess. */
const SHORTEST = 4;
/** From this length on two mistakes are forgiven. */
const LONG = 8;

/**
 * The term of the vocabulary that a misspelt word most likely meant: fewest edits first, then the most frequent among those
 * for which `frequency` says more than 0.
 */
export function correctTerm(
  index: OrganizationIndex,
  word: string,
  frequency: (term: number) => number,
): string | null {
  let best: { term: string; distance: number; found: number } | null = null;
  const wanted = new Set(
    index.languages().flatMap(({ code }) => analyze(word, code).map(({ term }) => term)),
  );
  for (const own of wanted) {
    if (own.length < SHORTEST) continue;
    const most = own.length < LONG ? 1 : 2;
    for (const term of index.vocabulary.terms()) {
      if (Math.abs(term.length - own.length) > most || (best !== null && best.distance === 0)) continue;
      const distance = editDistance(own, term, most);
      if (distance > most || (best !== null && distance > best.distance)) continue;
      const found = frequency(index.vocabulary.numberOf(term) ?? 0);
      if (found > 0 && (best === null || distance < best.distance || found > best.found))
        best = { term, distance, found };
    }
  }
  return best?.term ?? null;
}

/** Damerau's distance with neighbouring letters swapped counting one, or `most + 1` as soon as it must be larger. */
export function editDistance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + change,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      next.push(cost);
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
