import { expect, test } from 'vitest';
import { limitConcurrency } from './limit-concurrency.ts';

test('no more run at once than allowed, all run, in order, also when some fail', async () => {
  const limited = limitConcurrency({ running: 3, waiting: 100 });
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      limited(async () => {
        started.push(index);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (index % 7 === 0) throw new Error('on purpose');
        return index;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(started).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(results.map(({ status }) => status === 'rejected')).toEqual(started.map((index) => index % 7 === 0));
});
