import { expect, test } from 'vitest';
import { bm25Ranking, meanNdcg } from './ranking.ts';

test('nDCG is 1 for the best order, less for another, 0 for nothing', () => {
  const grades = { a: 3, b: 1 };
  expect(meanNdcg([['a', 'b', 'x']], [grades])).toBe(1);
  expect(meanNdcg([['x', 'b', 'a']], [grades])).toBeCloseTo(
    (1 / Math.log2(3) + 3 / 2) / (3 + 1 / Math.log2(3)),
    10,
  );
  expect(meanNdcg([['a', 'b'], []], [grades, grades])).toBe(0.5);
});

test('BM25 prefers the document with more of the rarer word, and leaves out those with none', () => {
  const documents = new Map([
    ['one', ['wing', 'tail', 'wing']],
    ['two', ['tail', 'body', 'nose']],
    ['three', ['body', 'nose', 'seat']],
  ]);
  expect(bm25Ranking(documents, ['wing', 'tail'], 1.5, 0.75)).toEqual(['one', 'two']);
});
