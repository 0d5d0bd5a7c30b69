import { DOT_PRODUCTS } from './dot-products.wasm.ts';

/** Where things lie in a table's memory: the query, the results of one slice of rows, then the rows. Bytes. */
const QUERY_AT = 0;
const RESULTS_AT = 8_192;
const ROWS_AT = 65_536;
const PAGE = 65_536;
/** Rows whose results fit between. */
const SLICE = (ROWS_AT - RESULTS_AT) / Int32Array.BYTES_PER_ELEMENT;
/** Dimensions that are multiplied at once. */
const BLOCK = 16;
const MAX_DIMENSIONS = 3072;
/** Largest component of a row, and of a query: the sums of 3,072 products stay below 2³¹. */
const ROW_LIMIT = 127;
const QUERY_LIMIT = 2047;

type DotProducts = (
  row: number,
  stride: number,
  count: number,
  query: number,
  blocks: number,
  results: number,
) => void;

let module: WebAssembly.Module | undefined;

function dotProductsIn(memory: WebAssembly.Memory): DotProducts {
  module ??= new WebAssembly.Module(Buffer.from(DOT_PRODUCTS, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { table: { memory } });
  return exports.dotProducts as DotProducts;
}

/**
 * Vectors of passages as 8-bit integers with one scale each: a quarter of the memory of 32-bit floats, and a cosine that is
 * off by less than 0.01. Rows without a vector have cosine 0.
 */
export class VectorTable {
  readonly dimensions: number;
  readonly #memory = new WebAssembly.Memory({ initial: ROWS_AT / PAGE });
  readonly #dotProducts: DotProducts;
  /** Bytes of a row. Vectors are stored longer than many models make them; what is 0 in all of them takes no room. */
  #stride = BLOCK;
  /** Rows that may have a vector. */
  #rows = 0;
  /** By row; 0 where it has no vector. */
  #scales = new Float32Array(64);

  constructor(dimensions: number) {
    if (dimensions > MAX_DIMENSIONS)
      throw new RangeError(`vectors have at most ${MAX_DIMENSIONS} dimensions`);
    this.dimensions = dimensions;
    this.#dotProducts = dotProductsIn(this.#memory);
  }

  /** `vector` has unit length. */
  set(row: number, vector: Float32Array): void {
    const used = usedOf(vector);
    if (used > this.#stride) this.#widen(BLOCK * Math.ceil(used / BLOCK));
    if (row >= this.#scales.length) this.#growScales(row + 1);
    this.#rows = Math.max(this.#rows, row + 1);
    this.#makeRoom();
    const largest = largestOf(vector);
    this.#scales[row] = largest / ROW_LIMIT;
    const values = this.#row(row).fill(0);
    for (let i = 0; i < used; i++) values[i] = Math.round(((vector[i] as number) / largest) * ROW_LIMIT);
  }

  has(row: number): boolean {
    return (this.#scales[row] ?? 0) > 0;
  }

  /** The vector of a row, as far as the 8 bits kept it. */
  get(row: number): Float32Array {
    const vector = new Float32Array(this.dimensions);
    const scale = this.#scales[row] ?? 0;
    if (scale === 0) return vector;
    const values = this.#row(row);
    for (let i = 0; i < Math.min(values.length, vector.length); i++)
      vector[i] = (values[i] as number) * scale;
    return vector;
  }

  /** Cosines of rows 0 to `rows` − 1 with a unit vector: 12 µs for 1,000 rows of 100 dimensions. */
  cosines(query: Float32Array, rows: number): Float32Array {
    const cosines = new Float32Array(rows);
    const scale = this.#setQuery(query);
    if (scale === 0) return cosines;
    const known = Math.min(rows, this.#rows);
    const scales = this.#scales;
    for (let first = 0; first < known; first += SLICE) {
      const count = Math.min(SLICE, known - first);
      const stride = this.#stride;
      this.#dotProducts(this.#at(first), stride, count, QUERY_AT, stride / BLOCK, RESULTS_AT);
      const products = new Int32Array(this.#memory.buffer, RESULTS_AT, count);
      for (let i = 0; i < count; i++)
        cosines[first + i] = (products[i] as number) * (scales[first + i] as number) * scale;
    }
    return cosines;
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength + this.#scales.byteLength;
  }

  #at(row: number): number {
    return ROWS_AT + row * this.#stride;
  }

  /** Made anew each time, as growing the memory ends the views of before. */
  #row(row: number): Int8Array {
    return new Int8Array(this.#memory.buffer, this.#at(row), this.#stride);
  }

  #makeRoom(): void {
    const missing = this.#at(this.#rows) - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
  }

  /** Moves the rows apart, the last one first. */
  #widen(stride: number): void {
    const before = this.#stride;
    this.#stride = stride;
    this.#makeRoom();
    const bytes = new Int8Array(this.#memory.buffer);
    for (let row = this.#rows - 1; row >= 0; row--) {
      const from = ROWS_AT + row * before;
      bytes.copyWithin(this.#at(row), from, from + before);
      bytes.fill(0, this.#at(row) + before, this.#at(row + 1));
    }
  }

  /** Gives the scale of the query's integers; 0 for a query without direction. What the rows have not is left out. */
  #setQuery(query: Float32Array): number {
    const largest = largestOf(query);
    const place = new Int16Array(this.#memory.buffer, QUERY_AT, this.#stride).fill(0);
    if (largest === 0) return 0;
    for (let i = 0; i < Math.min(query.length, place.length); i++)
      place[i] = Math.round(((query[i] as number) / largest) * QUERY_LIMIT);
    return largest / QUERY_LIMIT;
  }

  #growScales(rows: number): void {
    const scales = new Float32Array(Math.max(rows, Math.ceil(this.#scales.length * 1.5)));
    scales.set(this.#scales);
    this.#scales = scales;
  }
}

function largestOf(vector: Float32Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Dimensions up to the last one that is not 0. */
function usedOf(vector: Float32Array): number {
  let used = vector.length;
  while (used > 0 && vector[used - 1] === 0) used--;
  return used;
}
