import { canonicalLine } from '../canonical.ts';

/** Collects the cells of a table and gives its rows as readable lines, `a | b | c`. */
export class TableRows {
  #cells: string[] = [];
  #written = 0;

  endCell(text: string): void {
    this.#cells.push(canonicalLine(text));
  }

  /**
   * Ends a row; `rest` is text that stood in no finished cell. Null where the row is blank. `tight` says that it follows
   * another row of the same table.
   */
  endRow(rest: string): { readonly text: string; readonly tight: boolean } | null {
    if (rest.trim() !== '') this.endCell(rest);
    const cells = this.#cells;
    this.#cells = [];
    if (cells.every((cell) => cell === '')) return null;
    this.#written += 1;
    return { text: cells.join(' | '), tight: this.#written > 1 };
  }
}
