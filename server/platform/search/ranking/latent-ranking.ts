import type { OrganizationIndex } from '../memory/organization-index.ts';
import type { CosineSource } from './cosine-source.ts';
import { FEEDBACK_PASSAGES, fuse, keepFirst, largestRows, movedTowards } from './fusion.ts';
import { leadingRows } from './page.ts';
import { masked, positive, type RowScores } from './row-scores.ts';

export interface LatentRequest {
  readonly source: CosineSource;
  readonly query: Float32Array;
  /** Whether the caller may find a row and asked for its like. */
  readonly keeps: (row: number) => boolean;
  /** How many rows the vectors alone may bring in. */
  readonly depth: number;
}

/** By meaning alone: the nearest rows by cosine. */
export function rankSemantic({ source, query, keeps, depth }: LatentRequest): Promise<RowScores> {
  return source.nearest(query, keeps, depth);
}

export interface HybridRequest extends LatentRequest {
  /** The score of every row by words, masked. */
  readonly words: Float32Array;
  /** What the cosine counts beside it. */
  readonly weight: number;
  /** Whether the best document by words keeps its place unless another comes close by words. */
  readonly wordsLead: boolean;
}

/**
 * By words and by meaning, in two passes: the best passages of the first pull the query's vector half-way towards them
 * (latent pseudo-relevance feedback), and the second ranks with that.
 */
export async function rankHybrid(index: OrganizationIndex, request: HybridRequest): Promise<RowScores> {
  const { source, query, keeps, depth, words, weight, wordsLead } = request;
  const candidates = largestRows(words, depth);
  const leading = leadingRows(index, positive(words), FEEDBACK_PASSAGES);
  const leaders = leading.map((row) => words[row] as number);
  const first = fuse(
    words,
    masked(await source.cosines(query, candidates, depth), keeps),
    leaders,
    weight / 2,
  );
  const best = await source.vectors(leadingRows(index, positive(first), FEEDBACK_PASSAGES));
  const cosines = masked(await source.cosines(movedTowards(query, best), candidates, depth), keeps);
  const scores = fuse(words, cosines, leaders, weight);
  const near = new Set(largestRows(cosines, depth));
  const found = scores.map((score, row) => ((words[row] as number) > 0 || near.has(row) ? score : 0));
  return positive(wordsLead ? keepFirst(found, leading, leaders) : found);
}
