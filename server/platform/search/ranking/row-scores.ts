/** Rows with a score above 0, in the order of rows: what pages are made from. Few, where vectors alone brought them in. */
export interface RowScores {
  readonly rows: readonly number[];
  /** By place in `rows`. */
  readonly scores: Float32Array;
}

/** The rows above 0 of scores by row. */
export function positive(byRow: Float32Array): RowScores {
  const rows: number[] = [];
  for (let row = 0; row < byRow.length; row++) if ((byRow[row] as number) > 0) rows.push(row);
  return { rows, scores: Float32Array.from(rows, (row) => byRow[row] as number) };
}

/** The same from pairs in any order, each row once. */
export function inRowOrder(pairs: readonly { readonly row: number; readonly score: number }[]): RowScores {
  const ordered = pairs.filter(({ score }) => score > 0).sort((a, b) => a.row - b.row);
  return {
    rows: ordered.map(({ row }) => row),
    scores: Float32Array.from(ordered, ({ score }) => score),
  };
}

/** Leaves no score to rows that are not kept, in place. */
export function masked(byRow: Float32Array, keeps: (row: number) => boolean): Float32Array {
  for (let row = 0; row < byRow.length; row++) if (byRow[row] !== 0 && !keeps(row)) byRow[row] = 0;
  return byRow;
}
