/** A sparse matrix in compressed rows: row `r` holds `columns[i]` → `values[i]` for `i` from `starts[r]` to `starts[r + 1] − 1`. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columnCount: number;
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/** A dense matrix, row by row. */
export interface DenseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export function denseMatrix(rows: number, columns: number): DenseMatrix {
  return { rows, columns, values: new Float32Array(rows * columns) };
}

/** `a · b`, with shapes (n × m) · (m × k). */
export function multiply(a: SparseMatrix, b: DenseMatrix): DenseMatrix {
  const result = denseMatrix(a.rows, b.columns);
  for (let row = 0; row < a.rows; row++) {
    for (let i = a.starts[row] as number; i < (a.starts[row + 1] as number); i++) {
      addScaled(
        result.values,
        row * b.columns,
        b.values,
        (a.columns[i] as number) * b.columns,
        a.values[i] as number,
        b.columns,
      );
    }
  }
  return result;
}

/** `aᵀ · b`, with shapes (m × n) · (n × k). */
export function multiplyTransposed(a: SparseMatrix, b: DenseMatrix): DenseMatrix {
  const result = denseMatrix(a.columnCount, b.columns);
  for (let row = 0; row < a.rows; row++) {
    for (let i = a.starts[row] as number; i < (a.starts[row + 1] as number); i++) {
      addScaled(
        result.values,
        (a.columns[i] as number) * b.columns,
        b.values,
        row * b.columns,
        a.values[i] as number,
        b.columns,
      );
    }
  }
  return result;
}

function addScaled(
  into: Float32Array,
  to: number,
  from: Float32Array,
  at: number,
  factor: number,
  length: number,
): void {
  for (let i = 0; i < length; i++)
    into[to + i] = (into[to + i] as number) + factor * (from[at + i] as number);
}

/** `aᵀ · a`: symmetric, columns × columns, in double precision. */
export function gram(a: DenseMatrix): Float64Array {
  const size = a.columns;
  const result = new Float64Array(size * size);
  for (let row = 0; row < a.rows; row++) {
    const offset = row * size;
    for (let i = 0; i < size; i++) {
      const value = a.values[offset + i] as number;
      if (value === 0) continue;
      for (let j = i; j < size; j++)
        result[i * size + j] = (result[i * size + j] as number) + value * (a.values[offset + j] as number);
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) result[i * size + j] = result[j * size + i] as number;
  return result;
}

/** `a · b` for a small right side, with shapes (n × m) · (m × k); `b` row by row in double precision. */
export function multiplySmall(a: DenseMatrix, b: Float64Array, columns: number): DenseMatrix {
  const result = denseMatrix(a.rows, columns);
  const sums = new Float64Array(columns);
  for (let row = 0; row < a.rows; row++) {
    sums.fill(0);
    for (let i = 0; i < a.columns; i++) {
      const value = a.values[row * a.columns + i] as number;
      if (value === 0) continue;
      for (let j = 0; j < columns; j++)
        sums[j] = (sums[j] as number) + value * (b[i * columns + j] as number);
    }
    result.values.set(sums, row * columns);
  }
  return result;
}
