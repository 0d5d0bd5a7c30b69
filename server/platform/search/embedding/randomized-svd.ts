import {
  type DenseMatrix,
  denseMatrix,
  gram,
  multiply,
  multiplySmall,
  multiplyTransposed,
  type SparseMatrix,
} from './sparse-matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface RightSingular {
  /** Largest first. */
  readonly values: Float64Array;
  /** columns of the matrix × values: the right singular vectors. */
  readonly vectors: DenseMatrix;
}

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 2;
/** Directions weaker than this part of the strongest are rounding noise. */
const RANK_TOLERANCE = 1e-9;

/**
 * The leading right singular vectors by random projection with two power iterations (Halko, Martinsson and Tropp 2011,
 * algorithm 4.4, doi:10.1137/090771806). `random` gives uniform numbers in [0, 1). Fewer than `wanted` come back where the
 * matrix has a lower rank.
 */
export function randomizedSvd(matrix: SparseMatrix, wanted: number, random: () => number): RightSingular {
  const width = Math.min(wanted + OVERSAMPLING, matrix.rows, matrix.columnCount);
  const start = denseMatrix(matrix.columnCount, width);
  for (let i = 0; i < start.values.length; i++) start.values[i] = gaussian(random);
  let basis = orthonormal(multiply(matrix, start));
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    basis = orthonormal(multiply(matrix, multiplyTransposed(matrix, basis)));
  }
  const projected = multiplyTransposed(matrix, basis);
  const { values, vectors } = symmetricEigen(gram(projected), projected.columns);
  const rank = Math.min(wanted, values.filter((value) => value > RANK_TOLERANCE * (values[0] ?? 0)).length);
  const singular = values.slice(0, rank).map(Math.sqrt);
  return {
    values: singular,
    vectors: multiplySmall(projected, scaledColumns(vectors, values.length, singular), rank),
  };
}

/** An orthonormal basis of the columns' span by modified Gram-Schmidt; columns that others already span are left out. */
function orthonormal(matrix: DenseMatrix): DenseMatrix {
  const { rows, columns } = matrix;
  const basis: Float64Array[] = [];
  for (let column = 0; column < columns; column++) {
    const vector = Float64Array.from(
      { length: rows },
      (_, row) => matrix.values[row * columns + column] as number,
    );
    const before = dot(vector, vector);
    for (const direction of basis) subtractScaled(vector, direction, dot(vector, direction));
    const left = dot(vector, vector);
    if (left <= RANK_TOLERANCE * before) continue;
    const factor = 1 / Math.sqrt(left);
    for (let row = 0; row < rows; row++) vector[row] = (vector[row] as number) * factor;
    basis.push(vector);
  }
  const result = denseMatrix(rows, basis.length);
  for (const [column, direction] of basis.entries()) {
    for (let row = 0; row < rows; row++)
      result.values[row * basis.length + column] = direction[row] as number;
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function subtractScaled(vector: Float64Array, direction: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++)
    vector[i] = (vector[i] as number) - factor * (direction[i] as number);
}

/** The first columns of a square matrix, each divided by its scale. */
function scaledColumns(square: Float64Array, size: number, scales: Float64Array): Float64Array {
  const result = new Float64Array(size * scales.length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < scales.length; j++)
      result[i * scales.length + j] = (square[i * size + j] as number) / (scales[j] as number);
  }
  return result;
}

/** Box and Muller. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A small repeatable generator (mulberry32), so that training twice gives the same model. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
