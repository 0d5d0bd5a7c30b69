import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cache } from './port.ts';

/** What every cache adapter must do. Expiry has its own tests where the clock can be moved. */
export function cacheContract(name: string, open: () => Cache): void {
  describe(`cache contract: ${name}`, () => {
    let cache: Cache;
    beforeAll(() => {
      cache = open();
    });
    afterAll(() => cache.close());

    test('keeps, replaces and forgets', async () => {
      const key = randomUUID();
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, 'one', 60);
      await cache.set(key, 'two', 60);
      expect(await cache.get(key)).toBe('two');
      await cache.delete(key);
      expect(await cache.get(key)).toBeUndefined();
    });

    test('counts without losing one, in parallel', async () => {
      const key = randomUUID();
      const counts = await Promise.all(Array.from({ length: 50 }, () => cache.increment(key, 60)));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });
  });
}
