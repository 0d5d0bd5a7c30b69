import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuse, keepFirst, largestRows, movedTowards } from './fusion.ts';

describe('fusion of words and meaning', () => {
  const words = Float32Array.of(10, 9, 8, 0);
  const cosines = Float32Array.of(0.1, 0.2, 0.8, 0.9);

  test('where many documents come near the best, the cosine may reorder them', () => {
    expect(largestRows(fuse(words, cosines, [10, 9, 9, 9, 9], 2), 1)).toEqual([2]);
  });

  test('where one document stands out, the words keep their order', () => {
    const scores = fuse(words, cosines, [10, 3, 2, 1, 1], 2);
    expect(largestRows(scores, 4)).toEqual([0, 1, 2, 3]);
    expect(scores[3]).toBeGreaterThan(0);
  });

  test('where no word is found, meaning ranks alone', () => {
    const scores = fuse(new Float32Array(4), cosines, [], 2);
    expect(largestRows(scores, 4)).toEqual([3, 2, 1, 0]);
  });

  test('a weight of nothing leaves the order of the words', () => {
    const score = fc.float({ min: 0, max: 100, noNaN: true });
    const cosine = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(score, cosine), { minLength: 1, maxLength: 30 }), (rows) => {
        const byWord = Float32Array.from(rows, ([word]) => word);
        const leaders = [...byWord].sort((a, b) => b - a).slice(0, 5);
        const fused = fuse(
          byWord,
          Float32Array.from(rows, ([, near]) => near),
          leaders,
          0,
        );
        // Only the division may make two scores one.
        for (let a = 0; a < rows.length; a++)
          for (let b = 0; b < rows.length; b++)
            if ((byWord[a] as number) > (byWord[b] as number))
              expect(fused[a]).toBeGreaterThanOrEqual(fused[b] as number);
      }),
    );
  });
});

describe('the first place', () => {
  test('stays with the best document by words', () => {
    const kept = keepFirst(Float32Array.of(1, 1.5, 0.2), [0, 2], [10, 9]);
    expect(largestRows(kept, 3)).toEqual([0, 1, 2]);
  });

  test('is free where the next comes close by words', () => {
    const kept = keepFirst(Float32Array.of(1, 1.5, 0.2), [0, 2], [10, 9.6]);
    expect(largestRows(kept, 3)).toEqual([1, 0, 2]);
  });

  test('is free where no word is found', () => {
    expect(largestRows(keepFirst(Float32Array.of(0.5, 0.9), [], []), 1)).toEqual([1]);
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
