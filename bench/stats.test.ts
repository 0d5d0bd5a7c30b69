import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, quantile, seededRandom } from './stats.ts';

test('a quantile is one of the values, and at most its share of them is smaller', () => {
  const numbers = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
      const at = quantile(values, p);
      expect(values).toContain(at);
      expect(values.filter((value) => value < at).length).toBeLessThanOrEqual(p * values.length);
    }),
  );
});

test('the nearest rank of known values', () => {
  expect(quantile([15, 20, 35, 40, 50], 0.3)).toBe(20);
  expect(quantile([15, 20, 35, 40, 50], 1)).toBe(50);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([])).toBeNaN();
});

test('random numbers repeat for a seed and spread over [0, 1)', () => {
  const draw = (seed: number) => Array.from({ length: 10_000 }, seededRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const numbers = draw(7);
  expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(numbers.reduce((sum, value) => sum + value, 0) / numbers.length).toBeCloseTo(0.5, 1);
});
