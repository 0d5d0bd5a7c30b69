import type { OrganizationIndex } from '../memory/organization-index.ts';
import type { CosineSource } from './cosine-source.ts';
import { FEEDBACK_PASSAGES, fuse, keepFirst, largestRows, movedTowards } from './fusion.ts';
import { bestRows, type RankedRow } from './page.ts';
import type { RowScores } from './row-scores.ts';

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
  /** What the words find. */
  readonly words: RowScores;
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
  const candidates = largestRows(words.scores, depth).map((place) => words.rows[place] as number);
  const leading = leaders(index, words);
  const pass = async (vector: Float32Array, weight: number) => {
    const { near, cosines } = await source.compare(vector, candidates, keeps, depth);
    return fuse(
      words,
      cosines,
      near,
      leading.map(({ score }) => score),
      weight,
    );
  };
  const first = await pass(query, weight / 2);
  const best = await source.vectors(leaders(index, first).map(({ row }) => row));
  const found = await pass(movedTowards(query, best), weight);
  return wordsLead ? keepFirst(found, leading) : found;
}

/** The best row of each of the best documents, best first. */
function leaders(index: OrganizationIndex, found: RowScores): readonly RankedRow[] {
  return bestRows(index, found, { grouped: true, after: null, limit: FEEDBACK_PASSAGES });
}
