import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuse, keepFirst, largestRows, movedTowards } from './fusion.ts';
import { positive, type RowScores } from './row-scores.ts';

/** Scores by row; 0 where a row is not ranked. */
function byRow({ rows, scores }: RowScores, length: number): Float32Array {
  const all = new Float32Array(length);
  for (const [place, row] of rows.entries()) all[row] = scores[place] as number;
  return all;
}

const everything = () => true;

function fused(words: Float32Array, cosines: Float32Array, leaders: readonly number[], weight: number) {
  const near = largestRows(cosines, cosines.length);
  return byRow(fuse(positive(words, everything), cosines, near, leaders, weight), words.length);
}

describe('fusion of words and meaning', () => {
  const words = Float32Array.of(10, 9, 8, 0);
  const cosines = Float32Array.of(0.1, 0.2, 0.8, 0.9);

  test('where many documents come near the best, the cosine may reorder them', () => {
    expect(largestRows(fused(words, cosines, [10, 9, 9, 9, 9], 2), 1)).toEqual([2]);
  });

  test('where one document stands out, the words keep their order', () => {
    const scores = fused(words, cosines, [10, 3, 2, 1, 1], 2);
    expect(largestRows(scores, 4)).toEqual([0, 1, 2, 3]);
    expect(scores[3]).toBeGreaterThan(0);
  });

  test('where no word is found, meaning ranks alone', () => {
    const scores = fused(new Float32Array(4), cosines, [], 2);
    expect(largestRows(scores, 4)).toEqual([3, 2, 1, 0]);
  });

  test('what has neither a word nor one of the largest cosines is not ranked', () => {
    const { rows } = fuse(positive(Float32Array.of(0, 2, 0, 0), everything), cosines, [3, 2], [2], 2);
    expect(rows).toEqual([1, 2, 3]);
  });

  test('a weight of nothing leaves the order of the words', () => {
    const score = fc.float({ min: 0, max: 100, noNaN: true });
    const cosine = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(score, cosine), { minLength: 1, maxLength: 30 }), (rows) => {
        const byWord = Float32Array.from(rows, ([word]) => word);
        const leaders = [...byWord].sort((a, b) => b - a).slice(0, 5);
        const scores = fused(
          byWord,
          Float32Array.from(rows, ([, near]) => near),
          leaders,
          0,
        );
        // Only the division may make two scores one.
        for (let a = 0; a < rows.length; a++)
          for (let b = 0; b < rows.length; b++)
            if ((byWord[a] as number) > (byWord[b] as number))
              expect(scores[a]).toBeGreaterThanOrEqual(scores[b] as number);
      }),
    );
  });
});

describe('the rows of the largest values', () => {
  test('are those of a sort, largest and then first, as far as they are kept', () => {
    const value = fc.integer({ min: -3, max: 12 });
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (values, count, every) => {
          const keeps = (row: number) => row % every === 0;
          const wanted = [...values.keys()]
            .filter((row) => (values[row] as number) > 0 && keeps(row))
            .sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
            .slice(0, count);
          expect(largestRows(Float32Array.from(values), count, keeps)).toEqual(wanted);
        },
      ),
    );
  });
});

describe('the first place', () => {
  const ranked = () => ({ rows: [0, 1, 2], scores: Float32Array.of(1, 1.5, 0.2) });
  const leading = (second: number) => [
    { row: 0, score: 10 },
    { row: 2, score: second },
  ];

  test('stays with the best document by words', () => {
    expect(largestRows(keepFirst(ranked(), leading(9)).scores, 3)).toEqual([0, 1, 2]);
  });

  test('is free where the next comes close by words', () => {
    expect(largestRows(keepFirst(ranked(), leading(9.6)).scores, 3)).toEqual([1, 0, 2]);
  });

  test('is free where no word is found', () => {
    expect(keepFirst(ranked(), [])).toEqual(ranked());
  });
});

describe('feedback', () => {
  test('without passages the query stays', () => {
    const query = Float32Array.of(1, 0);
    expect(movedTowards(query, [])).toBe(query);
  });

  test('the query moves half-way, at unit length', () => {
    const [x = 0, y = 0] = movedTowards(Float32Array.of(1, 0), [Float32Array.of(0, 1)]);
    expect(x).toBeCloseTo(Math.SQRT1_2);
    expect(y).toBeCloseTo(Math.SQRT1_2);
  });
});
