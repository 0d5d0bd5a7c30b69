import { expect, test } from 'vitest';
import { makeCorpus } from './corpus.ts';

test('documents repeat for a seed, differ from one another and have the size asked for', () => {
  const [corpus, again] = [makeCorpus(1), makeCorpus(1)];
  const texts = Array.from({ length: 50 }, (_, index) => corpus.document(index, 4000).text);
  expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => again.document(index, 4000).text));
  expect(new Set(texts).size).toBe(50);
  const average = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  expect(average).toBeGreaterThan(4000);
  expect(average).toBeLessThan(4600);
});

test('a query shares words with a document of its topic', () => {
  const corpus = makeCorpus(1);
  const words = new Set(
    corpus
      .document(5, 40_000)
      .text.toLowerCase()
      .match(/\p{L}+/gu),
  );
  const query = corpus.query(5).split(' ');
  expect(query.length).toBeGreaterThanOrEqual(2);
  expect(query.some((word) => words.has(word))).toBe(true);
});
