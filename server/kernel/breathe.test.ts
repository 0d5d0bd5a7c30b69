import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapBreathing } from './breathe.ts';

function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('others get their turns while a long list is computed, and the results are those of map', async () => {
  let turns = 0;
  let done = false;
  const others = (async () => {
    while (!done) {
      turns++;
      await setImmediate();
    }
  })();
  const results = await mapBreathing(
    [1, 2, 3, 4, 5, 6],
    (n) => {
      compute(12);
      return n * 2;
    },
    new AbortController().signal,
  );
  done = true;
  await others;
  expect(results).toEqual([2, 4, 6, 8, 10, 12]);
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('stops when it is no longer wanted', async () => {
  const abort = new AbortController();
  const seen: number[] = [];
  const computing = mapBreathing(
    [1, 2, 3],
    (n) => {
      seen.push(n);
      if (n === 2) abort.abort(new Error('enough'));
    },
    abort.signal,
  );
  await expect(computing).rejects.toThrow('enough');
  expect(seen).toEqual([1, 2]);
});
