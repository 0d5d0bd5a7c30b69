import { describe, expect, test } from 'vitest';
import { countTerms } from '../document-terms.ts';
import { embedHashed } from './hashed-ngrams.ts';
import { LatentModel } from './latent-model.ts';
import { learnWeight } from './learn-weight.ts';
import { randomizedSvd, seededRandom } from './randomized-svd.ts';
import type { SparseMatrix } from './sparse-matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { type Passages, trainLatentModel } from './train.ts';
import { trainInThread } from './training-thread.ts';

function sparse(rows: readonly (readonly number[])[]): SparseMatrix {
  const columnCount = rows[0]?.length ?? 0;
  return {
    rows: rows.length,
    columnCount,
    starts: Uint32Array.from({ length: rows.length + 1 }, (_, row) => row * columnCount),
    columns: Uint32Array.from(rows.flatMap((row) => row.map((_, column) => column))),
    values: Float32Array.from(rows.flat()),
  };
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('linear algebra', () => {
  test('eigenvectors of a symmetric matrix satisfy A·v = λ·v and are orthonormal', () => {
    const size = 12;
    const random = seededRandom(5);
    const half = Array.from({ length: size * size }, () => random() - 0.5);
    const matrix = Float64Array.from(
      half,
      (value, i) => value + (half[(i % size) * size + Math.floor(i / size)] ?? 0),
    );
    const { values, vectors } = symmetricEigen(matrix, size);
    const column = (j: number) => Array.from({ length: size }, (_, i) => vectors[i * size + j] ?? 0);
    for (let j = 0; j < size; j++) {
      const v = column(j);
      v.forEach((_, i) => {
        const product = v.reduce((sum, value, k) => sum + (matrix[i * size + k] ?? 0) * value, 0);
        expect(product).toBeCloseTo((values[j] ?? 0) * (v[i] ?? 0), 8);
      });
      for (let k = 0; k < size; k++) {
        expect(v.reduce((sum, value, i) => sum + value * (column(k)[i] ?? 0), 0)).toBeCloseTo(
          j === k ? 1 : 0,
          8,
        );
      }
    }
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
  });

  test('the randomized SVD finds the singular values of a low-rank matrix, and its rank', () => {
    const random = seededRandom(7);
    const left = Array.from({ length: 40 }, () => Array.from({ length: 3 }, () => random() - 0.5));
    const right = Array.from({ length: 3 }, () => Array.from({ length: 30 }, () => random() - 0.5));
    const rows = left.map(
      (row) =>
        right[0]?.map((_, j) => row.reduce((sum, value, k) => sum + value * (right[k]?.[j] ?? 0), 0)) ?? [],
    );
    const { values, vectors } = randomizedSvd(sparse(rows), 10, seededRandom(1));
    expect(values).toHaveLength(3);
    // The sum of squared singular values is the squared Frobenius norm.
    const norm = rows.flat().reduce((sum, value) => sum + value * value, 0);
    expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(norm, 3);
    // Projecting onto the right singular vectors loses nothing.
    const kept = rows.reduce((total, row) => {
      const parts = Array.from({ length: 3 }, (_, j) =>
        row.reduce((sum, value, i) => sum + value * (vectors.values[i * 3 + j] ?? 0), 0),
      );
      return total + parts.reduce((sum, part) => sum + part * part, 0);
    }, 0);
    expect(kept).toBeCloseTo(norm, 3);
  });
});

/** Two topics whose words never meet; within a topic, two words never meet either but share their company. */
function twoTopics(count: number): Passages {
  const random = seededRandom(3);
  const rows = Array.from({ length: count }, (_, i) => {
    const base = i % 2 === 0 ? 0 : 100;
    const company = Array.from({ length: 25 }, () => base + 10 + Math.floor(random() * 60));
    return [...new Set([base + 1 + (Math.floor(i / 2) % 2), ...company])];
  });
  const starts = new Uint32Array(count + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] ?? 0) + row.length;
  });
  const terms = Uint32Array.from(rows.flat());
  const documents = Uint32Array.from(rows, (_, i) => i);
  return { documents, starts, terms, counts: new Uint8Array(terms.length).fill(1) };
}

describe('latent model', () => {
  const model = trainLatentModel(twoTopics(24));

  test('a word finds texts of its topic that do not hold it before those of another topic', () => {
    const query = model.embed([{ term: 1, count: 1 }], 256) ?? new Float32Array(256);
    const cosineWith = (base: number) => {
      const company = Array.from({ length: 60 }, (_, i) => ({ term: base + 10 + i, count: 1 }));
      return dot(
        query,
        model.embed([{ term: base + 2, count: 1 }, ...company], 256) ?? new Float32Array(256),
      );
    };
    expect(cosineWith(0)).toBeGreaterThan(cosineWith(100) + 0.2);
  });

  test('survives storage', () => {
    const copy = LatentModel.deserialize(model.serialize());
    expect(copy.embed([{ term: 1, count: 2 }], 256)).toEqual(model.embed([{ term: 1, count: 2 }], 256));
  });

  test('knows nothing of unknown words, and says so', () => {
    expect(model.embed([{ term: 999, count: 1 }], 256)).toBeNull();
  });

  test('trains in a thread, repeatably, and stops when told', async () => {
    const first = await trainInThread(twoTopics(24), new AbortController().signal);
    expect(Buffer.from(first.model).equals(model.serialize())).toBe(true);
    expect(first.weight).toBe(learnWeight(twoTopics(24), model));
    const controller = new AbortController();
    const stopped = trainInThread(twoTopics(3000), controller.signal);
    controller.abort(new Error('stop'));
    await expect(stopped).rejects.toThrow('stop');
  });
});

describe('the weight of the cosine', () => {
  const weightOf = (passages: Passages) => learnWeight(passages, trainLatentModel(passages));

  test('rises with the number of passages, up to its bound', () => {
    const [few = 0, more = 0, many = 0] = [60, 200, 1000].map((count) => weightOf(twoTopics(count)));
    expect(few).toBeGreaterThan(0);
    expect(more).toBeGreaterThan(few);
    expect(many).toBeLessThanOrEqual(3);
  });

  test('is lower where the model knows less of what the words find', () => {
    const passages = twoTopics(200);
    expect(learnWeight(passages, ignorantModel(passages))).toBeLessThan(weightOf(passages) / 2);
  });

  test('is 0 where nothing can be asked', () => {
    const apart: Passages = {
      documents: Uint32Array.from({ length: 60 }, (_, i) => i),
      starts: Uint32Array.from({ length: 61 }, (_, i) => i),
      terms: Uint32Array.from({ length: 60 }, (_, i) => i + 1),
      counts: new Uint8Array(60).fill(1),
    };
    expect(weightOf(apart)).toBe(0);
  });

  test('is learned passage by passage from a single document', () => {
    const passages = twoTopics(200);
    expect(weightOf({ ...passages, documents: new Uint32Array(200) })).toBe(weightOf(passages));
  });
});

/** A model whose term vectors are chance. */
function ignorantModel(passages: Passages): LatentModel {
  const random = seededRandom(9);
  const terms = Int32Array.from(new Set(passages.terms));
  const vectors = Float32Array.from({ length: 2 * terms.length }, () => random() - 0.5);
  return LatentModel.fromVectors(terms, new Float32Array(terms.length).fill(1), vectors, 2);
}

describe('hashed n-grams', () => {
  const embed = (text: string) => embedHashed(countTerms([text], 'en')) ?? new Float32Array(256);

  test('a misspelt or inflected word is nearer than another', () => {
    expect(dot(embed('photosynthesis'), embed('photosynthetic'))).toBeGreaterThan(
      dot(embed('photosynthesis'), embed('carburetor')) + 0.1,
    );
  });

  test('nothing gives no vector', () => {
    expect(embedHashed(countTerms(['the of and'], 'en'))).toBeNull();
  });
});
