/** Rows with a score above 0, in the order of rows: what pages are made from. Few, where vectors alone brought them in. */
export interface RowScores {
  readonly rows: readonly number[];
  /** By place in `rows`. */
  readonly scores: Float32Array;
}

/** The rows above 0 of scores by row, as far as they are kept. */
export function positive(byRow: Float32Array, keeps: (row: number) => boolean): RowScores {
  const rows: number[] = [];
  for (let row = 0; row < byRow.length; row++) if ((byRow[row] as number) > 0 && keeps(row)) rows.push(row);
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

/** Calls `visit` for every scored row and every one of `others`, each once and in order; those without a score have 0. */
export function visitTogether(
  { rows, scores }: RowScores,
  others: readonly number[],
  visit: (row: number, score: number) => void,
): void {
  const more = [...others].sort((a, b) => a - b);
  let next = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number;
    for (; next < more.length && (more[next] as number) < row; next++) visit(more[next] as number, 0);
    if (more[next] === row) next++;
    visit(row, scores[place] as number);
  }
  for (; next < more.length; next++) visit(more[next] as number, 0);
}
