/**
 * Posting lists of all terms in one growing array of 32-bit words, each list a chain of blocks that double in size: hardly
 * more than four bytes a posting, and adding never copies a list. A posting is a passage (24 bits) and a count (8 bits).
 */
export class PostingLists {
  #words = new Uint32Array(1024);
  #used = 1;
  /** First and last block of each term's list, and where the next posting goes; 0 is no block. */
  #first = new Uint32Array(256);
  #last = new Uint32Array(256);
  #next = new Uint32Array(256);

  /** Terms must be positive; passages below 2²⁴, counts below 2⁸. */
  add(term: number, passage: number, count: number): void {
    this.#makeRoomForTerm(term);
    const block = this.#last[term] ?? 0;
    const next = this.#next[term] ?? 0;
    const at =
      block === 0 || next === block + HEADER + (this.#words[block + 1] ?? 0)
        ? this.#appendBlock(term, block)
        : next;
    this.#words[at] = passage * 256 + count;
    this.#next[term] = at + 1;
  }

  /** Calls `visit` with each run of postings of a term, oldest first: `words[from] … words[to - 1]`. */
  visit(term: number, visit: (words: Uint32Array, from: number, to: number) => void): void {
    let block = this.#first[term] ?? 0;
    const last = this.#last[term] ?? 0;
    while (block !== 0) {
      const from = block + HEADER;
      visit(
        this.#words,
        from,
        block === last ? (this.#next[term] ?? from) : from + (this.#words[block + 1] ?? 0),
      );
      block = block === last ? 0 : (this.#words[block] ?? 0);
    }
  }

  get bytes(): number {
    return this.#words.byteLength + 3 * this.#first.byteLength;
  }

  #appendBlock(term: number, before: number): number {
    const size =
      before === 0 ? FIRST_BLOCK : Math.min(LARGEST_BLOCK, 2 * (this.#words[before + 1] ?? FIRST_BLOCK));
    const block = this.#used;
    this.#used += HEADER + size;
    if (this.#used > this.#words.length) this.#words = grown(this.#words, this.#used);
    this.#words[block + 1] = size;
    if (before === 0) this.#first[term] = block;
    else this.#words[before] = block;
    this.#last[term] = block;
    return block + HEADER;
  }

  #makeRoomForTerm(term: number): void {
    if (term < this.#first.length) return;
    this.#first = grown(this.#first, term + 1);
    this.#last = grown(this.#last, term + 1);
    this.#next = grown(this.#next, term + 1);
  }
}

/** Words before a block's postings: the block after it, and how many postings it holds. */
const HEADER = 2;
const FIRST_BLOCK = 2;
const LARGEST_BLOCK = 1024;

function grown(array: Uint32Array<ArrayBuffer>, needed: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(needed, Math.ceil(array.length * 1.5)));
  larger.set(array);
  return larger;
}

/** The parts of a posting. */
export const passageOf = (posting: number): number => posting >>> 8;
export const countOf = (posting: number): number => posting & 0xff;
