import type { OrganizationIndex } from '../memory/organization-index.ts';
import type { CosineSource } from './cosine-source.ts';
import { FEEDBACK_PASSAGES, fuse, keepFirst, largestRows, movedTowards } from './fusion.ts';
import { leadingRows } from './page.ts';

export interface LatentRequest {
  readonly source: CosineSource;
  readonly query: Float32Array;
  /** Leaves no score to rows that the caller may not find or did not ask for; in place. */
  readonly mask: (scores: Float32Array) => Float32Array;
  /** How many rows the vectors alone may bring in. */
  readonly depth: number;
}

/** By meaning alone: the nearest rows by cosine. */
export async function rankSemantic({ source, query, mask, depth }: LatentRequest): Promise<Float32Array> {
  return nearestOnly(mask(await source.cosines(query, [], depth)), depth);
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
export async function rankHybrid(index: OrganizationIndex, request: HybridRequest): Promise<Float32Array> {
  const { source, query, mask, depth, words, weight, wordsLead } = request;
  const candidates = largestRows(words, depth);
  const leading = leadingRows(index, words, FEEDBACK_PASSAGES);
  const leaders = leading.map((row) => words[row] as number);
  const first = fuse(words, mask(await source.cosines(query, candidates, depth)), leaders, weight / 2);
  const best = await source.vectors(leadingRows(index, first, FEEDBACK_PASSAGES));
  const cosines = mask(await source.cosines(movedTowards(query, best), candidates, depth));
  const scores = fuse(words, cosines, leaders, weight);
  const near = nearestOnly(cosines, depth);
  const found = scores.map((score, row) =>
    (words[row] as number) > 0 || (near[row] as number) > 0 ? score : 0,
  );
  return wordsLead ? keepFirst(found, leading, leaders) : found;
}

function nearestOnly(cosines: Float32Array, depth: number): Float32Array {
  const kept = new Float32Array(cosines.length);
  for (const row of largestRows(cosines, depth)) kept[row] = cosines[row] as number;
  return kept;
}
