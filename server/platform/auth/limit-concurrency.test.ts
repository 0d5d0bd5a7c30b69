import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitConcurrency } from './limit-concurrency.ts';

test('no more run at once than allowed, all run, in order, also when some fail', async () => {
  const limited = limitConcurrency({ running: 3, waiting: 100 });
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      limited('one', async () => {
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

describe('where one is wanted by many', () => {
  /** Everybody comes in this order while one runs; gives who ran, in the order in which they did, and who was refused. */
  async function come(waiting: number, order: readonly string[]) {
    const limited = limitConcurrency({ running: 1, waiting });
    const ran: string[] = [];
    const refused: string[] = [];
    let finish: () => void = () => undefined;
    const first = limited('first', () => new Promise<void>((resolve) => (finish = resolve)));
    const all = order.map((whose) =>
      limited(whose, async () => ran.push(whose)).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: 'unavailable', code: 'auth.busy', retryAfterSeconds: 5 });
        refused.push(whose);
      }),
    );
    finish();
    await Promise.all([first, ...all]);
    return { ran, refused };
  }

  test('who comes alone does not wait behind somebody’s crowd', async () => {
    const crowd = Array.from({ length: 20 }, () => 'crowd');
    const { ran } = await come(100, [...crowd, 'ada', 'eve']);
    expect(ran.slice(0, 3)).toEqual(['crowd', 'ada', 'eve']);
    expect(ran).toHaveLength(22);
  });

  test('a crowd that fills the room gives way to others, and no further', async () => {
    const crowd = Array.from({ length: 9 }, () => 'crowd');
    const { ran, refused } = await come(5, [...crowd, 'ada', 'eve', 'crowd']);
    expect(ran.toSorted()).toEqual(['ada', 'crowd', 'crowd', 'crowd', 'eve']);
    expect(refused).toEqual(Array.from({ length: 7 }, () => 'crowd'));
  });

  test('nobody is forgotten, no more wait than may, and whoever comes alone is served', async () => {
    const people = fc.constantFrom('a', 'b', 'c', 'd');
    await fc.assert(
      fc.asyncProperty(
        fc.array(people, { maxLength: 40 }),
        fc.integer({ min: 4, max: 12 }),
        async (order, most) => {
          const { ran, refused } = await come(most, order);
          expect([...ran, ...refused].toSorted()).toEqual(order.toSorted());
          expect(ran).toHaveLength(Math.min(order.length, most));
          for (const whose of new Set(order)) expect(ran).toContain(whose);
        },
      ),
      { numRuns: 200 },
    );
  });
});
