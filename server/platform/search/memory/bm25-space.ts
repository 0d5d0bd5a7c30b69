import { PostingLists } from './posting-lists.ts';

/** What BM25 ranks: texts of one kind (passages, or whole documents) with their postings, lengths and languages. */
export class Bm25Space {
  readonly postings = new PostingLists();
  #lengths = new Float32Array(64);
  #languages = new Uint8Array(64);
  #living = new Uint8Array(64);
  #size = 0;
  #livingCount = 0;
  #totalLength = 0;

  /** Adds a text; `terms` gives its counted terms, negative where the term is a stop word, which adds no length. */
  add(language: number, terms: Iterable<readonly [term: number, count: number]>): number {
    const text = this.#size++;
    if (text >= this.#lengths.length) this.#grow();
    let length = 0;
    for (const [term, count] of terms) {
      if (count > 0) length += count;
      this.postings.add(term, text, Math.min(255, Math.abs(count)));
    }
    this.#lengths[text] = length;
    this.#languages[text] = language;
    this.#living[text] = 1;
    this.#livingCount++;
    this.#totalLength += length;
    return text;
  }

  /** Takes a text out. Its postings stay until the index is built anew; they count no more. */
  remove(text: number): void {
    if (this.#living[text] === 0) return;
    this.#living[text] = 0;
    this.#livingCount--;
    this.#totalLength -= this.#lengths[text] ?? 0;
  }

  isLiving(text: number): boolean {
    return this.#living[text] === 1;
  }

  lengthOf(text: number): number {
    return this.#lengths[text] ?? 0;
  }

  /** The number of the language whose rules made the text's terms. */
  languageOf(text: number): number {
    return this.#languages[text] ?? 0;
  }

  /** Texts ever added. */
  get size(): number {
    return this.#size;
  }

  get livingCount(): number {
    return this.#livingCount;
  }

  get averageLength(): number {
    return this.#livingCount === 0 ? 1 : Math.max(1, this.#totalLength / this.#livingCount);
  }

  get bytes(): number {
    return this.postings.bytes + this.#lengths.byteLength + 2 * this.#languages.byteLength;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#lengths.length * 1.5);
    const lengths = new Float32Array(capacity);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
    this.#languages = enlarged(this.#languages, capacity);
    this.#living = enlarged(this.#living, capacity);
  }
}

function enlarged(array: Uint8Array<ArrayBuffer>, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacity);
  larger.set(array);
  return larger;
}
