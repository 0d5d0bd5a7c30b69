import type { IndexedDocument, OrganizationIndex } from '../memory/organization-index.ts';
import type { RowScores } from './row-scores.ts';

/** A row with its place in the order: higher scores first, then by document and passage, so that the order is total. */
export interface RankedRow {
  readonly row: number;
  readonly score: number;
  readonly key: number;
  readonly ordinal: number;
}

/** Where a page ended. */
export type RankPosition = Omit<RankedRow, 'row'>;

export interface PageOptions {
  /** Only the best passage of each document. */
  readonly grouped: boolean;
  readonly after: RankPosition | null;
  readonly limit: number;
}

/** The best rows after a position, at most `limit`. Linear in the rows. */
export function bestRows(
  index: OrganizationIndex,
  { rows, scores }: RowScores,
  options: PageOptions,
): RankedRow[] {
  const best: RankedRow[] = [];
  const offer = (ranked: RankedRow | null) => {
    if (ranked === null || (options.after !== null && compare(ranked, options.after) <= 0)) return;
    insert(best, ranked, options.limit);
  };
  let current: IndexedDocument | undefined;
  let leader: RankedRow | null = null;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number;
    const score = scores[place] as number;
    const document = index.documentOfRow(row);
    if (document === undefined) continue;
    if (document !== current) {
      offer(leader);
      leader = null;
      current = document;
    }
    const ranked = { row, score, key: document.key, ordinal: document.ordinals[row - document.first] ?? 0 };
    if (!options.grouped) offer(ranked);
    else if (leader === null || score > leader.score) leader = ranked;
  }
  offer(leader);
  return best;
}

/** Below 0 where `a` comes before `b`. */
function compare(a: RankPosition, b: RankPosition): number {
  return b.score - a.score || a.key - b.key || a.ordinal - b.ordinal;
}

function insert(best: RankedRow[], ranked: RankedRow, limit: number): void {
  const last = best[limit - 1];
  if (last !== undefined && compare(ranked, last) > 0) return;
  let low = 0;
  let high = best.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = best[middle];
    if (at !== undefined && compare(at, ranked) < 0) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, ranked);
  if (best.length > limit) best.pop();
}
