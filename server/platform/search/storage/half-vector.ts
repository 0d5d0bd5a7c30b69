/** pgvector's binary form of `halfvec`: dimensions and a reserved field (16 bits each), then IEEE 754 half floats, big-endian. */
const HEADER_BYTES = 4;

/** The value of every half float, because converting one by one would cost more than comparing the vectors. */
let halves: Float32Array | undefined;

function halfValues(): Float32Array {
  return Float32Array.from({ length: 65_536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** Reads what `halfvec_send` gives. */
export function decodeHalfVector(bytes: Uint8Array): Float32Array {
  halves ??= halfValues();
  const vector = new Float32Array((bytes.length - HEADER_BYTES) / 2);
  for (let i = 0, at = HEADER_BYTES; i < vector.length; i++, at += 2) {
    vector[i] = halves[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] ?? 0;
  }
  return vector;
}

/** pgvector's text form. Six digits are more than half floats keep. */
export function formatVector(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => (value === 0 ? '0' : value.toPrecision(5))).join(',')}]`;
}
