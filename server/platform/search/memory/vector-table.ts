import { DOT_PRODUCTS } from './dot-products.wasm.ts';
import { LargestRows } from './largest-rows.ts';

/** Rows that are compared at once, and of one slice, after which is looked what a row must exceed to be wanted still. */
const GROUP = 4;
const SLICE = 2_048;
/** Where things lie in a table's memory: both forms of the query, the cosines of a slice, the groups found in it. Bytes. */
const QUERY_AT = 0;
const COARSE_QUERY_AT = 8_192;
const COSINES_AT = 16_384;
const FOUND_AT = COSINES_AT + SLICE * Float32Array.BYTES_PER_ELEMENT;
/** Then the rows in 7 bits, what their sums are multiplied with, and the rows in 16 bits. */
const ROWS_AT = 65_536;
const PAGE = 65_536;
/** Dimensions that are multiplied at once, exactly and in 7 bits. */
const BLOCK = 8;
const COARSE_BLOCK = 16;
const MAX_DIMENSIONS = 3072;
export const BYTES_A_DIMENSION = Int16Array.BYTES_PER_ELEMENT + Int8Array.BYTES_PER_ELEMENT;
/** What stands for 1. No sum of products overflows 32 bits: that of two unit vectors is at most the square of this. */
const ONE = 32_767;
/** What stands for 0 in 7 bits, and the largest distance from it. */
const COARSE_ZERO = 64;
const COARSE_MOST = 63;
const COARSE_QUERY_MOST = 127;
/** More than 32-bit floats lose in a sum of products. */
const ROUNDING = 1e-5;
const FIRST_CAPACITY = 64;

/** The parameters are explained in `dot-products.wat`. */
interface Comparison {
  cosines(
    ...parameters: [
      row: number,
      groups: number,
      query: number,
      blocks: number,
      unit: number,
      out: number,
      least: number,
      found: number,
    ]
  ): number;
  nearest(
    ...parameters: [
      coarse: number,
      scales: number,
      coarseQuery: number,
      offset: number,
      coarseLeast: number,
      ...exact: Parameters<Comparison['cosines']>,
    ]
  ): number;
}

/** A query in 8 bits a dimension. */
interface CoarseQuery {
  /** What a sum is multiplied with. */
  readonly scale: number;
  /** What the zeros of a row's 7 bits add to a sum, negative. */
  readonly offset: number;
  /** The length of what the 8 bits leave out. */
  readonly error: number;
}

let module: WebAssembly.Module | undefined;

function comparisonIn(memory: WebAssembly.Memory): Comparison {
  module ??= new WebAssembly.Module(Buffer.from(DOT_PRODUCTS, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { table: { memory } });
  return exports as unknown as Comparison;
}

export interface NearestRequest {
  readonly rows: number;
  /** At least 1. */
  readonly depth: number;
  readonly keeps: (row: number) => boolean;
  /** At least `rows` long and filled with 0. */
  readonly all?: Float32Array;
}

/**
 * Vectors of passages as 16-bit integers: half the memory of 32-bit floats, and cosines that are off by about 0.00002, less
 * than the half floats of the database. A copy in 7 bits tells which rows cannot be among the nearest: what it leaves out of
 * a vector bounds what it leaves out of a cosine (Cauchy and Schwarz), so that nothing is missed. Rows without a vector have
 * cosine 0.
 */
export class VectorTable {
  readonly dimensions: number;
  readonly #memory = new WebAssembly.Memory({ initial: ROWS_AT / PAGE });
  readonly #comparison: Comparison;
  /** Integers in a row. Vectors are stored longer than many models make them; what is 0 in all of them takes no room. */
  #width = COARSE_BLOCK;
  /** Rows that may have a vector, and those that there is room for: whole groups. */
  #rows = 0;
  #capacity = 0;
  /** The length of what the 7 bits leave out of a row, at most. */
  #error = 0;

  constructor(dimensions: number) {
    if (dimensions > MAX_DIMENSIONS)
      throw new RangeError(`vectors have at most ${MAX_DIMENSIONS} dimensions`);
    this.dimensions = dimensions;
    this.#comparison = comparisonIn(this.#memory);
  }

  /** `vector` has unit length. */
  set(row: number, vector: Float32Array): void {
    const width = Math.max(this.#width, COARSE_BLOCK * Math.ceil(usedOf(vector) / COARSE_BLOCK));
    const capacity = row < this.#capacity ? this.#capacity : grownCapacity(this.#capacity, row + 1);
    if (width > this.#width || capacity > this.#capacity) this.#layOut(width, capacity);
    if (row >= this.#rows) this.#clear(this.#rows, row + 1);
    this.#rows = Math.max(this.#rows, row + 1);
    write(this.#row(row), vector);
    this.#coarsen(row);
  }

  has(row: number): boolean {
    return row < this.#rows && this.#row(row).some((value) => value !== 0);
  }

  /** The vector of a row, as far as the 16 bits kept it. */
  get(row: number): Float32Array {
    const vector = new Float32Array(this.dimensions);
    if (row >= this.#rows) return vector;
    const values = this.#row(row).subarray(0, this.dimensions);
    vector.set(Float32Array.from(values, (value) => value / ONE));
    return vector;
  }

  /**
   * Compares rows 0 to `rows` − 1 with a unit vector: which have the `depth` largest cosines above 0 among those that are
   * kept. Writes the cosine of every row to `all`, where that is given, which takes twice as long.
   */
  nearest(query: Float32Array, { rows, depth, keeps, all }: NearestRequest): LargestRows {
    const coarse = this.#writeQuery(query);
    const known = Math.min(rows, this.#rows);
    const best = new LargestRows(depth);
    const cosines = new Float32Array(this.#memory.buffer, COSINES_AT, SLICE);
    for (let first = 0; first < known; first += SLICE) {
      const count = Math.min(SLICE, known - first);
      // Until there are enough, nothing can be left out.
      const skips = all === undefined && best.least > 0;
      const found = this.#compare(first, count, best.least, skips ? coarse : null);
      for (const group of found) {
        const end = Math.min(count, (group + 1) * GROUP);
        for (let at = group * GROUP; at < end; at++) {
          const cosine = cosines[at] as number;
          if (cosine > best.least && keeps(first + at)) best.add(first + at, cosine);
        }
      }
      all?.set(cosines.subarray(0, count), first);
    }
    return best;
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Finds the groups of a slice in which a cosine exceeds `least`, and computes their cosines: those of all groups where no
   * coarse query is given.
   */
  #compare(first: number, count: number, least: number, coarse: CoarseQuery | null): Uint32Array {
    const groups = Math.ceil(count / GROUP);
    const blocks = this.#width / BLOCK;
    const row = this.#rowsAt + first * this.#width * Int16Array.BYTES_PER_ELEMENT;
    const exact = [row, groups, QUERY_AT, blocks, 1 / ONE ** 2, COSINES_AT, least, FOUND_AT] as const;
    const { cosines, nearest } = this.#comparison;
    const found =
      coarse === null ? cosines(...exact) : nearest(...this.#coarsely(first, least, coarse), ...exact);
    return new Uint32Array(this.#memory.buffer, FOUND_AT, found);
  }

  #coarsely(first: number, least: number, { scale, offset, error }: CoarseQuery) {
    const left = this.#error + error * (1 + this.#error) + ROUNDING;
    const coarseLeast = scale === 0 ? Number.POSITIVE_INFINITY : (least - left) / scale;
    const scales = this.#scalesAt + first * Float32Array.BYTES_PER_ELEMENT;
    return [ROWS_AT + first * this.#width, scales, COARSE_QUERY_AT, offset, coarseLeast] as const;
  }

  /** Writes a query in both forms, without the dimensions that no row has. */
  #writeQuery(query: Float32Array): CoarseQuery {
    const values = new Int16Array(this.#memory.buffer, QUERY_AT, this.#width);
    write(values, query);
    const coarse = new Int8Array(this.#memory.buffer, COARSE_QUERY_AT, this.#width);
    const { scale, error } = round(values, coarse, COARSE_QUERY_MOST, 0);
    return { scale, error, offset: -COARSE_ZERO * coarse.reduce((sum, value) => sum + value, 0) };
  }

  /** Copies a row into 7 bits. */
  #coarsen(row: number): void {
    const place = new Int8Array(this.#memory.buffer, ROWS_AT + row * this.#width, this.#width);
    const { scale, error } = round(this.#row(row), place, COARSE_MOST, COARSE_ZERO);
    new Float32Array(this.#memory.buffer, this.#scalesAt, this.#capacity)[row] = scale;
    this.#error = Math.max(this.#error, error);
  }

  get #scalesAt(): number {
    return ROWS_AT + this.#capacity * this.#width;
  }

  get #rowsAt(): number {
    return this.#scalesAt + this.#capacity * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Made anew each time, as growing the memory ends the views of before. */
  #row(row: number): Int16Array {
    return this.#rowsFrom(row, 1);
  }

  #rowsFrom(row: number, count: number): Int16Array {
    const at = this.#rowsAt + row * this.#width * Int16Array.BYTES_PER_ELEMENT;
    return new Int16Array(this.#memory.buffer, at, count * this.#width);
  }

  #clear(from: number, to: number): void {
    new Float32Array(this.#memory.buffer, this.#scalesAt, this.#capacity).fill(0, from, to);
    this.#rowsFrom(from, to - from).fill(0);
  }

  /** Makes room for more rows or wider ones and moves everything to its new place. */
  #layOut(width: number, capacity: number): void {
    const before = this.#width;
    const exact = this.#rowsFrom(0, this.#rows).slice();
    const coarse = new Int8Array(this.#memory.buffer, ROWS_AT, this.#rows * before).slice();
    const scales = new Float32Array(this.#memory.buffer, this.#scalesAt, this.#rows).slice();
    this.#width = width;
    this.#capacity = capacity;
    const end = this.#rowsAt + capacity * width * Int16Array.BYTES_PER_ELEMENT;
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    if (width === before) {
      new Int8Array(this.#memory.buffer, ROWS_AT).set(coarse);
      new Float32Array(this.#memory.buffer, this.#scalesAt).set(scales);
      this.#rowsFrom(0, this.#rows).set(exact);
      return;
    }
    this.#clear(0, this.#rows);
    for (let row = 0; row < this.#rows; row++) {
      this.#row(row).set(exact.subarray(row * before, (row + 1) * before));
      this.#coarsen(row);
    }
  }
}

function grownCapacity(capacity: number, needed: number): number {
  return GROUP * Math.ceil(Math.max(FIRST_CAPACITY, needed, 1.25 * capacity) / GROUP);
}

/**
 * Writes 16-bit numbers in fewer bits, each `zero` plus at most `most` steps. Returns the step, and the length of the vector
 * that rounding leaves out, both in units of the vector.
 */
function round(
  values: Int16Array,
  place: Int8Array,
  most: number,
  zero: number,
): { readonly scale: number; readonly error: number } {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
  const step = largest / most;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const steps = step === 0 ? 0 : Math.round(value / step);
    place[i] = zero + steps;
    squares += (value - steps * step) ** 2;
  }
  return { scale: step / ONE, error: Math.sqrt(squares) / ONE };
}

/** Writes a vector of at most unit length, with 0 where it ends earlier. */
function write(place: Int16Array, vector: Float32Array): void {
  place.fill(0);
  for (let i = 0; i < Math.min(place.length, vector.length); i++)
    place[i] = Math.round((vector[i] as number) * ONE);
}

/** Dimensions up to the last one that is not 0. */
function usedOf(vector: Float32Array): number {
  let used = vector.length;
  while (used > 0 && vector[used - 1] === 0) used--;
  return used;
}
