/** The terms of an organization by number, as far as this process has seen them. Numbers are dense and begin at 1. */
export class Vocabulary {
  readonly #terms: string[] = [''];
  readonly #numbers = new Map<string, number>();
  #sorted: readonly string[] | undefined;

  /** Terms must come in the order of their numbers, without a gap; those already known are skipped. */
  add(number: number, term: string): void {
    if (number < this.#terms.length) return;
    if (number > this.#terms.length)
      throw new RangeError(`term ${number} came after ${this.#terms.length - 1}`);
    this.#terms.push(term);
    this.#numbers.set(term, number);
    this.#sorted = undefined;
  }

  numberOf(term: string): number | undefined {
    return this.#numbers.get(term);
  }

  termOf(number: number): string {
    return this.#terms[number] ?? '';
  }

  /** The highest number known. */
  get size(): number {
    return this.#terms.length - 1;
  }

  /** All terms, in no order. */
  terms(): Iterable<string> {
    return this.#numbers.keys();
  }

  /** Terms that begin with `prefix`, at most `limit`, in the order of their code units. */
  startingWith(prefix: string, limit: number): string[] {
    this.#sorted ??= [...this.#numbers.keys()].sort((a, b) => (a < b ? -1 : 1));
    const found: string[] = [];
    for (let at = lowerBound(this.#sorted, prefix); found.length < limit; at++) {
      const term = this.#sorted[at];
      if (term === undefined || !term.startsWith(prefix)) break;
      found.push(term);
    }
    return found;
  }

  /** The longest term of at least `minimum` code units that `word` begins with: the stem of a word being typed. */
  longestPrefixOf(word: string, minimum: number): string | undefined {
    for (let length = word.length - 1; length >= minimum; length--) {
      const start = word.slice(0, length);
      if (this.#numbers.has(start)) return start;
    }
    return undefined;
  }

  /** Roughly, for the cache's accounting. */
  get bytes(): number {
    return this.#terms.length * 100;
  }
}

function lowerBound(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
