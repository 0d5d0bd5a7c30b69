export interface Eigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** Column `j` (row-major, size × size) belongs to value `j`. */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 30;

/** Eigenvalues and orthonormal eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, § 8.5). */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  // Rows of `v` are the eigenvectors while rotating: both rotations then run along memory.
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, size) > 1e-18 * diagonal(a, size); sweep++) {
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, j) => (a[j * size + j] as number) - (a[i * size + i] as number),
  );
  const values = Float64Array.from(order, (i) => a[i * size + i] as number);
  const vectors = new Float64Array(size * size);
  for (const [column, from] of order.entries()) {
    for (let i = 0; i < size; i++) vectors[i * size + column] = v[from * size + i] as number;
  }
  return { values, vectors };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) sum += (a[i * size + j] as number) ** 2;
  return sum;
}

function diagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (a[i * size + i] as number) ** 2;
  return sum;
}

/** Makes `a[p][q]` zero. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q] as number;
  const app = a[p * size + p] as number;
  const aqq = a[q * size + q] as number;
  if (apq * apq <= 1e-30 * Math.abs(app * aqq)) return;
  const theta = (aqq - app) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < size; i++) {
    const ip = a[p * size + i] as number;
    const iq = a[q * size + i] as number;
    a[p * size + i] = c * ip - s * iq;
    a[q * size + i] = s * ip + c * iq;
  }
  for (let i = 0; i < size; i++) {
    const ip = a[i * size + p] as number;
    const iq = a[i * size + q] as number;
    a[i * size + p] = c * ip - s * iq;
    a[i * size + q] = s * ip + c * iq;
    const vp = v[p * size + i] as number;
    const vq = v[q * size + i] as number;
    v[p * size + i] = c * vp - s * vq;
    v[q * size + i] = s * vp + c * vq;
  }
}
