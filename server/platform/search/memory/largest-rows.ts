/** The rows of the largest scores above 0 of all that are offered; of equal scores the earlier rows. A heap (Williams 1964). */
export class LargestRows {
  readonly #count: number;
  /** A heap with the worst row first: each is no better than the two at twice its place and one and two more. */
  readonly #rows: Uint32Array;
  readonly #scores: Float32Array;
  #size = 0;

  /** `count` is at least 1. */
  constructor(count: number) {
    this.#count = count;
    this.#rows = new Uint32Array(count);
    this.#scores = new Float32Array(count);
  }

  /** What a score must exceed to be among them. */
  get least(): number {
    return this.#size < this.#count ? 0 : (this.#scores[0] as number);
  }

  /** Takes a row whose score, a 32-bit float, exceeds `least`. Rows come in their order. */
  add(row: number, score: number): void {
    if (this.#size < this.#count) this.#rise(this.#size++, row, score);
    else this.#sink(row, score);
  }

  /** The rows alone, largest scores first. */
  largestFirst(): number[] {
    return Array.from(this.#rows.subarray(0, this.#size), (row, place) => ({
      row,
      score: this.#scores[place] as number,
    }))
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .map(({ row }) => row);
  }

  /** In the order of rows. */
  inRowOrder(): { readonly rows: readonly number[]; readonly scores: Float32Array } {
    // One number for a row and its place: typed arrays sort numbers ten times as fast as comparators do.
    const order = Float64Array.from(
      this.#rows.subarray(0, this.#size),
      (row, place) => row * this.#count + place,
    ).sort();
    return {
      rows: Array.from(order, (each) => Math.floor(each / this.#count)),
      scores: Float32Array.from(order, (each) => this.#scores[each % this.#count] as number),
    };
  }

  #rise(from: number, row: number, score: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      if (!this.#isWorse(row, score, above)) break;
      this.#move(above, place);
      place = above;
    }
    this.#put(place, row, score);
  }

  /** In place of the worst. */
  #sink(row: number, score: number): void {
    let place = 0;
    for (let below = 1; below < this.#size; below = 2 * place + 1) {
      const right = below + 1;
      const worse =
        right < this.#size && this.#isWorse(this.#rows[right] as number, this.#scores[right] as number, below)
          ? right
          : below;
      if (this.#isWorse(row, score, worse)) break;
      this.#move(worse, place);
      place = worse;
    }
    this.#put(place, row, score);
  }

  #isWorse(row: number, score: number, place: number): boolean {
    const other = this.#scores[place] as number;
    return score < other || (score === other && row > (this.#rows[place] as number));
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#rows[from] as number, this.#scores[from] as number);
  }

  #put(place: number, row: number, score: number): void {
    this.#rows[place] = row;
    this.#scores[place] = score;
  }
}
