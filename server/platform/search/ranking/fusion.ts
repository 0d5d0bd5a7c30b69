/** What hybrid search is made of; see docs/search.md for how each number was measured. */

/** Passages whose vectors the query is moved towards. */
export const FEEDBACK_PASSAGES = 5;

export interface Fusion {
  /** How much the cosine counts for this query, from 0 to the embedder's weight. */
  readonly weight: number;
  /** The scores together; above 0 only where one of them is. */
  readonly scores: Float32Array;
}

/**
 * Adds BM25 and cosine, each divided by its maximum. Rank fusion would throw away what the scores know. The cosine counts
 * less where few passages stand out by their words: then the query names something, and the words are right.
 */
export function fuse(bm25: Float32Array, cosines: Float32Array, weight: number): Fusion {
  const best = largest(bm25, FEEDBACK_PASSAGES);
  const top = best[0] ?? 0;
  const others = best.slice(1).reduce((sum, score) => sum + score, 0) / (FEEDBACK_PASSAGES - 1);
  const gated = top > 0 ? weight * (others / top) ** 2 : weight;
  const nearest = cosines.reduce((most, value) => Math.max(most, value), 0);
  const scores = new Float32Array(bm25.length);
  const perScore = top > 0 ? 1 / top : 0;
  const perCosine = nearest > 0 ? gated / nearest : 0;
  for (let row = 0; row < scores.length; row++) {
    const cosine = cosines[row] as number;
    scores[row] = (bm25[row] as number) * perScore + (cosine > 0 ? cosine * perCosine : 0);
  }
  return { weight: gated, scores };
}

/** The `count` largest values above 0, largest first. */
export function largest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (const value of values) {
    if (value <= 0 || (best.length === count && value <= (best[count - 1] as number))) continue;
    let place = best.length;
    while (place > 0 && (best[place - 1] as number) < value) place--;
    best.splice(place, 0, value);
    if (best.length > count) best.pop();
  }
  return best;
}

/** The rows of the `count` largest values above 0, largest first. */
export function largestRows(values: Float32Array, count: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value <= 0 || (rows.length === count && value <= (values[rows[count - 1] as number] as number)))
      continue;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[rows[middle] as number] as number) >= value) low = middle + 1;
      else high = middle;
    }
    rows.splice(low, 0, row);
    if (rows.length > count) rows.pop();
  }
  return rows;
}

/** The query's vector moved half-way to the mean of the best passages' (Rocchio 1971), at unit length. */
export function movedTowards(query: Float32Array, passages: readonly Float32Array[]): Float32Array {
  if (passages.length === 0) return query;
  const mean = new Float32Array(query.length);
  for (const passage of passages)
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (passage[i] ?? 0);
  const meanLength = lengthOf(mean) || 1;
  const moved = query.map((value, i) => value + (mean[i] as number) / meanLength);
  const length = lengthOf(moved) || 1;
  return moved.map((value) => value / length);
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
