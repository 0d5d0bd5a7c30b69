import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, PostingLists, passageOf } from './posting-lists.ts';

test('every list holds what was added to it, in order', () => {
  const additions = fc.array(
    fc.record({
      term: fc.integer({ min: 1, max: 600 }),
      passage: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
      count: fc.integer({ min: 1, max: 255 }),
    }),
    { maxLength: 3000 },
  );
  fc.assert(
    fc.property(additions, (entries) => {
      const lists = new PostingLists();
      for (const { term, passage, count } of entries) lists.add(term, passage, count);
      for (const [term, expected] of Map.groupBy(entries, (entry) => entry.term)) {
        const read: { passage: number; count: number }[] = [];
        lists.visit(term, (words, from, to) => {
          for (const word of words.subarray(from, to))
            read.push({ passage: passageOf(word), count: countOf(word) });
        });
        expect(read).toEqual(expected.map(({ passage, count }) => ({ passage, count })));
      }
    }),
    { numRuns: 30 },
  );
});

test('a term that was never added has no postings', () => {
  const lists = new PostingLists();
  lists.add(3, 1, 1);
  const seen: number[] = [];
  for (const term of [1, 2, 4, 10_000]) lists.visit(term, (_, from, to) => seen.push(to - from));
  expect(seen).toEqual([]);
});
