import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../embedding/randomized-svd.ts';
import { VectorTable } from './vector-table.ts';

const all = () => true;

function cosinesIn(table: VectorTable, query: Float32Array, rows: number): Float32Array {
  const cosines = new Float32Array(rows);
  table.nearest(query, { rows, depth: 1, keeps: all, all: cosines });
  return cosines;
}

function unit(random: () => number, dimensions: number, used = dimensions): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, (_, i) => (i < used ? random() - 0.5 : 0));
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('vectors in memory', () => {
  test('cosines are those of the vectors to 0.0002, for every size, padding and number of rows', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(8, 100, 256, 384, 3072),
        fc.constantFrom(0.4, 1),
        fc.integer({ min: 1, max: 40 }),
        (seed, dimensions, share, rows) => {
          const random = seededRandom(seed);
          const used = Math.ceil(dimensions * share);
          const table = new VectorTable(dimensions);
          const vectors = Array.from({ length: rows }, () => unit(random, dimensions, used));
          for (const [row, vector] of vectors.entries()) table.set(row, vector);
          const query = unit(random, dimensions, used);
          const cosines = cosinesIn(table, query, rows);
          for (const [row, vector] of vectors.entries())
            expect(Math.abs((cosines[row] as number) - cosine(vector, query))).toBeLessThan(0.0002);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the sums of the largest vectors of the largest size do not overflow', () => {
    const table = new VectorTable(3072);
    const even = new Float32Array(3072).fill(1 / Math.sqrt(3072));
    table.set(0, even);
    const first = new Float32Array(3072);
    first[0] = 1;
    table.set(2, first);
    expect(cosinesIn(table, first, 3)[2]).toBeCloseTo(1, 4);
    table.set(
      1,
      even.map((value) => -value),
    );
    expect(Array.from(cosinesIn(table, even, 2), (value) => Math.round(value * 100) / 100)).toEqual([1, -1]);
  });

  test('many rows grow the memory and keep what was there, and rows without a vector have cosine 0', () => {
    const random = seededRandom(3);
    const table = new VectorTable(100);
    const rows = 40_000;
    const kept = new Map<number, Float32Array>();
    for (let row = 0; row < rows; row += 3) {
      const vector = unit(random, 100);
      table.set(row, vector);
      if (row % 999 === 0) kept.set(row, vector);
    }
    const query = unit(random, 100);
    const cosines = cosinesIn(table, query, rows + 5);
    expect(cosines).toHaveLength(rows + 5);
    for (const [row, vector] of kept) {
      expect(Math.abs((cosines[row] as number) - cosine(vector, query))).toBeLessThan(0.0002);
      expect(cosine(table.get(row), vector)).toBeGreaterThan(0.9999);
    }
    for (const row of [1, 2, 20_000, rows, rows + 4]) {
      expect(cosines[row]).toBe(0);
      expect(table.has(row)).toBe(false);
    }
    expect(table.has(999)).toBe(true);
    expect(table.bytes).toBeGreaterThan(200 * (rows - 3));
  });

  test('a vector that uses more dimensions makes room in the rows before it', () => {
    const random = seededRandom(9);
    const table = new VectorTable(256);
    const vectors = Array.from({ length: 900 }, (_, row) => unit(random, 256, row < 600 ? 100 : 250));
    for (const [row, vector] of vectors.entries()) table.set(row, vector);
    table.set(700, unit(random, 256, 20));
    const query = unit(random, 256);
    const cosines = cosinesIn(table, query, 900);
    for (const [row, vector] of vectors.entries()) {
      if (row === 700) continue;
      expect(Math.abs((cosines[row] as number) - cosine(vector, query))).toBeLessThan(0.0002);
      expect(cosine(table.get(row), vector)).toBeGreaterThan(0.9999);
    }
    expect(
      table
        .get(700)
        .slice(20)
        .every((value) => value === 0),
    ).toBe(true);
  });

  test('a query without direction is like nothing', () => {
    const table = new VectorTable(16);
    table.set(0, unit(seededRandom(1), 16));
    expect([...cosinesIn(table, new Float32Array(16), 1)]).toEqual([0]);
  });

  test('the nearest are those that sorting all cosines gives, whatever is kept, and of equal ones the earlier', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(1, 2, 7, 10_000),
        fc.constantFrom(3, 60, 5_000),
        fc.constantFrom(8, 24, 100),
        (seed, rows, depth, every, different, used) => {
          const random = seededRandom(seed);
          const table = new VectorTable(128);
          const vectors = Array.from({ length: Math.min(rows, different) }, () => unit(random, 128, used));
          for (let row = 0; row < rows; row++)
            if (row % 11 !== 5) table.set(row, vectors[row % vectors.length] as Float32Array);
          const query = unit(random, 128, used);
          const keeps = (row: number) => row % every === 0;
          const cosines = new Float32Array(rows + 3);
          const found = table.nearest(query, { rows: rows + 3, depth, keeps, all: cosines });
          const wanted = Array.from(cosines, (score, row) => ({ row, score }))
            .filter(({ row, score }) => score > 0 && keeps(row))
            .sort((a, b) => b.score - a.score || a.row - b.row)
            .slice(0, depth);
          expect(found.largestFirst()).toEqual(wanted.map(({ row }) => row));
          const ordered = wanted.toSorted((a, b) => a.row - b.row);
          expect(table.nearest(query, { rows: rows + 3, depth, keeps }).inRowOrder()).toEqual({
            rows: ordered.map(({ row }) => row),
            scores: Float32Array.from(ordered, ({ score }) => score),
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('rows beyond those asked for are not found', () => {
    const random = seededRandom(4);
    const table = new VectorTable(16);
    const vector = unit(random, 16);
    for (let row = 0; row < 10; row++) table.set(row, vector);
    expect(table.nearest(vector, { rows: 6, depth: 20, keeps: all }).largestFirst()).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });
});
