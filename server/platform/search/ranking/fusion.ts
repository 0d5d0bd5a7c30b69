import { LargestRows } from '../memory/largest-rows.ts';
import { type RowScores, visitTogether } from './row-scores.ts';

/** Passages whose vectors the query is moved towards. */
export const FEEDBACK_PASSAGES = 5;

/** Where the best documents after the first reach less than this part of its word score, the query names something. */
const SPECIFIC = 0.35;
/** What the cosine counts then: enough to order what the words do not find. */
const LEAST_TRUST = 0.05;

/**
 * Adds word score and cosine, each divided by its maximum. Rank fusion would throw away what the scores know. Ranked are
 * the rows with a word and those of `near`, the rows of the largest cosines, largest first. `leaders` are the word scores
 * of the best documents, best first: where few come near the best, the query names something, the words are right, and the
 * cosine hardly counts.
 */
export function fuse(
  words: RowScores,
  cosines: Float32Array,
  near: readonly number[],
  leaders: readonly number[],
  weight: number,
): RowScores {
  const top = leaders[0] ?? 0;
  const gated = top > 0 ? weight * trustOf(leaders, top) : weight;
  const nearest = near[0] === undefined ? 0 : (cosines[near[0]] as number);
  const perScore = top > 0 ? 1 / top : 0;
  const perCosine = nearest > 0 ? gated / nearest : 0;
  const rows: number[] = [];
  const scores: number[] = [];
  visitTogether(words, near, (row, word) => {
    const score = word * perScore + Math.max(0, cosines[row] as number) * perCosine;
    if (score <= 0) return;
    rows.push(row);
    scores.push(score);
  });
  return { rows, scores: Float32Array.from(scores) };
}

/** Only a document that comes this near the best by words may pass it. */
const CLOSE = 0.95;
/** What lifts a score above another, well over the rounding of 32 bits. */
const ABOVE = 1.0001;

/**
 * Puts the best document by words first, in place, unless the next comes close to it by words. Where one document answers,
 * a model of the library's own text seldom knows better which. `leading` are the best by words, best first.
 */
export function keepFirst(
  ranked: RowScores,
  leading: readonly { readonly row: number; readonly score: number }[],
): RowScores {
  const [first, second] = leading;
  if (first === undefined || (second?.score ?? 0) >= CLOSE * first.score) return ranked;
  const { rows, scores } = ranked;
  const place = rows.indexOf(first.row);
  const highest = scores.reduce((most, score) => Math.max(most, score), 0);
  if (place >= 0 && (scores[place] as number) < highest) scores[place] = highest * ABOVE;
  return ranked;
}

/** 1 where the words prefer no document to the next, falling to the least where one stands out. */
function trustOf(leaders: readonly number[], top: number): number {
  const others =
    leaders.slice(1, FEEDBACK_PASSAGES).reduce((sum, score) => sum + score, 0) / (FEEDBACK_PASSAGES - 1);
  return Math.max(LEAST_TRUST, Math.max(0, (others / top - SPECIFIC) / (1 - SPECIFIC)) ** 2);
}

/** The rows of the `count` largest values above 0 among those that are kept, largest first. */
export function largestRows(
  values: Float32Array,
  count: number,
  keeps: (row: number) => boolean = () => true,
): number[] {
  const best = new LargestRows(count);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value > best.least && keeps(row)) best.add(row, value);
  }
  return best.largestFirst();
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
