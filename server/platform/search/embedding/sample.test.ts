import { describe, expect, test } from 'vitest';
import { isSampled } from './sample.ts';

const DOCUMENTS = 2_000;
const PASSAGES = 50;

/** By document (1 to DOCUMENTS): how many of its passages are sampled. */
function sampledOf(every: number): number[] {
  return Array.from(
    { length: DOCUMENTS },
    (_, document) =>
      Array.from({ length: PASSAGES }, (_, ordinal) => isSampled(document + 1, ordinal, every)).filter(
        Boolean,
      ).length,
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('the sample that a large library is learned from', () => {
  test.each([2, 3, 6, 10])('is one passage in %i, and a part of nearly every document', (every) => {
    const sampled = sampledOf(every);
    const share = (every * sum(sampled)) / (DOCUMENTS * PASSAGES);
    expect(share).toBeGreaterThan(0.97);
    expect(share).toBeLessThan(1.03);
    expect(sampled.filter((passages) => passages === 0).length).toBeLessThan(0.01 * DOCUMENTS);
  });

  test.each([2, 3, 6, 10])('of one in %i follows no order in which documents or passages come', (every) => {
    const sampled = sampledOf(every);
    for (const period of [every, 2 * every, 60]) {
      for (let phase = 0; phase < period; phase++) {
        const some = sampled.filter((_, document) => document % period === phase);
        const share = (every * sum(some)) / (some.length * PASSAGES);
        expect(share, `${phase} of ${period}`).toBeGreaterThan(0.75);
        expect(share, `${phase} of ${period}`).toBeLessThan(1.25);
      }
    }
    for (let ordinal = 0; ordinal < PASSAGES; ordinal++) {
      const some = sampled.filter((_, document) => isSampled(document + 1, ordinal, every)).length;
      expect((every * some) / DOCUMENTS, `ordinal ${ordinal}`).toBeGreaterThan(0.7);
    }
  });

  test('of one in one is everything', () => {
    expect(sampledOf(1).every((passages) => passages === PASSAGES)).toBe(true);
  });
});
