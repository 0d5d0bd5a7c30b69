import { expect, test } from 'vitest';
import { cacheContract } from './cache.contract.ts';
import { MemoryCache } from './memory.ts';

cacheContract('memory', () => new MemoryCache());

test('values and counters expire; a counter’s time runs from its first increment', async () => {
  let now = 0;
  const cache = new MemoryCache(100, () => new Date(now));
  await cache.set('a', '1', 10);
  await cache.increment('n', 10);
  now = 9_000;
  expect(await cache.increment('n', 10)).toBe(2);
  now = 10_000;
  expect(await cache.get('a')).toBeUndefined();
  expect(await cache.increment('n', 10)).toBe(1);
});

test('stays within its bound by letting the oldest go', async () => {
  const cache = new MemoryCache(2);
  for (const key of ['a', 'b', 'c']) await cache.set(key, key, 60);
  expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual([undefined, 'b', 'c']);
});
