/** What a passage is embedded from: its terms by number with their counts. */
export interface CountedTerm {
  readonly term: number;
  readonly count: number;
}

/**
 * A latent semantic model (Deerwester et al. 1990): a vector for each term, in 8 bits a dimension, and the terms' inverse
 * document frequencies. A text's vector is the sum of its terms' vectors, so that new text needs no training.
 */
export class LatentModel {
  readonly dimensions: number;
  readonly #terms: Int32Array;
  readonly #idf: Float32Array;
  readonly #scales: Float32Array;
  readonly #vectors: Int8Array;
  readonly #places: Map<number, number>;

  private constructor(
    dimensions: number,
    terms: Int32Array,
    idf: Float32Array,
    scales: Float32Array,
    vectors: Int8Array,
  ) {
    this.dimensions = dimensions;
    this.#terms = terms;
    this.#idf = idf;
    this.#scales = scales;
    this.#vectors = vectors;
    this.#places = new Map(Array.from(terms, (term, place) => [term, place]));
  }

  /** `vectors` holds a row of `dimensions` numbers for each term. */
  static fromVectors(
    terms: Int32Array,
    idf: Float32Array,
    vectors: Float32Array,
    dimensions: number,
  ): LatentModel {
    const scales = new Float32Array(terms.length);
    const packed = new Int8Array(vectors.length);
    for (let row = 0; row < terms.length; row++) {
      const values = vectors.subarray(row * dimensions, (row + 1) * dimensions);
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      scales[row] = largest / 127;
      if (largest > 0)
        packed.set(
          values.map((value) => Math.round((value / largest) * 127)),
          row * dimensions,
        );
    }
    return new LatentModel(dimensions, terms, idf, scales, packed);
  }

  /** The unit vector of a text, padded with zeros to `size`; null where the model knows none of its terms. */
  embed(text: Iterable<CountedTerm>, size: number): Float32Array | null {
    const vector = new Float32Array(size);
    for (const { term, count } of text) {
      const place = this.#places.get(term);
      if (place === undefined || count <= 0) continue;
      const weight = (1 + Math.log(count)) * (this.#idf[place] as number) * (this.#scales[place] as number);
      const offset = place * this.dimensions;
      for (let i = 0; i < this.dimensions; i++)
        vector[i] = (vector[i] as number) + weight * (this.#vectors[offset + i] as number);
    }
    return normalized(vector);
  }

  get bytes(): number {
    return this.#vectors.byteLength + this.#terms.length * 60;
  }

  /** Little-endian: dimensions and number of terms (32 bits each), terms, inverse document frequencies, scales, vectors. */
  serialize(): Uint8Array {
    const header = Int32Array.of(this.dimensions, this.#terms.length);
    const parts = [header, this.#terms, this.#idf, this.#scales, this.#vectors];
    return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
  }

  /** Reads what `serialize` wrote. */
  static deserialize(bytes: Uint8Array): LatentModel {
    // A copy, because views of numbers must begin at a multiple of their size.
    const buffer = Uint8Array.from(bytes).buffer;
    const [dimensions = 0, count = 0] = new Int32Array(buffer, 0, 2);
    const idfAt = 8 + 4 * count;
    const scalesAt = idfAt + 4 * count;
    return new LatentModel(
      dimensions,
      new Int32Array(buffer, 8, count),
      new Float32Array(buffer, idfAt, count),
      new Float32Array(buffer, scalesAt, count),
      new Int8Array(buffer, scalesAt + 4 * count, count * dimensions),
    );
  }
}

/** The vector at unit length, in place; null for the zero vector, which has no direction. */
export function normalized(vector: Float32Array): Float32Array | null {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (sum < 1e-12) return null;
  const factor = 1 / Math.sqrt(sum);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * factor;
  return vector;
}
