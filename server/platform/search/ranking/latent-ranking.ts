import type { OrganizationIndex } from '../memory/organization-index.ts';
import type { CosineSource } from './cosine-source.ts';
import { FEEDBACK_PASSAGES, fuse, largestRows, movedTowards } from './fusion.ts';
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

/**
 * By words and by meaning, in two passes: the best passages of the first pull the query's vector half-way towards them
 * (latent pseudo-relevance feedback), and the second ranks with that.
 */
export async function rankHybrid(
  index: OrganizationIndex,
  request: LatentRequest,
  words: Float32Array,
  weight: number,
): Promise<Float32Array> {
  const { source, query, mask, depth } = request;
  const candidates = largestRows(words, depth);
  const leaders = leadingRows(index, words, FEEDBACK_PASSAGES).map((row) => words[row] as number);
  const first = fuse(words, mask(await source.cosines(query, candidates, depth)), leaders, weight / 2);
  const best = await source.vectors(leadingRows(index, first, FEEDBACK_PASSAGES));
  const cosines = mask(await source.cosines(movedTowards(query, best), candidates, depth));
  const scores = fuse(words, cosines, leaders, weight);
  const near = nearestOnly(cosines, depth);
  return scores.map((score, row) => ((words[row] as number) > 0 || (near[row] as number) > 0 ? score : 0));
}

function nearestOnly(cosines: Float32Array, depth: number): Float32Array {
  const kept = new Float32Array(cosines.length);
  for (const row of largestRows(cosines, depth)) kept[row] = cosines[row] as number;
  return kept;
}
