/** Normalised discounted cumulative gain at 10 (Järvelin and Kekäläinen 2002), gain = grade, mean over the queries. */
export function meanNdcg(
  rankings: readonly (readonly string[])[],
  relevant: readonly Readonly<Record<string, number>>[],
): number {
  const each = relevant.map((grades, i) =>
    ndcg(
      (rankings[i] ?? []).map((name) => grades[name] ?? 0),
      Object.values(grades),
    ),
  );
  return each.reduce((sum, value) => sum + value, 0) / Math.max(1, each.length);
}

function ndcg(found: readonly number[], all: readonly number[]): number {
  const best = dcg([...all].sort((a, b) => b - a));
  return best === 0 ? 0 : dcg(found) / best;
}

function dcg(gains: readonly number[]): number {
  return gains.slice(0, 10).reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
}

/** Names of the documents with a score, best first: textbook BM25 over whole documents. */
export function bm25Ranking(
  documents: ReadonlyMap<string, readonly string[]>,
  query: readonly string[],
  k1: number,
  b: number,
): string[] {
  const average =
    [...documents.values()].reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, documents.size);
  const scored = Array.from(documents, ([name, terms]) => {
    const score = query.reduce((sum, asked) => {
      const tf = terms.filter((term) => term === asked).length;
      const df = [...documents.values()].filter((other) => other.includes(asked)).length;
      const idf = Math.log(1 + (documents.size - df + 0.5) / (df + 0.5));
      return tf === 0
        ? sum
        : sum + (idf * tf * (k1 + 1)) / (tf + k1 * (1 - b + (b * terms.length) / average));
    }, 0);
    return { name, score };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ name }) => name);
}
