import { expect, test } from 'vitest';
import { batching } from './batching.ts';

test('questions that come together are asked together, and each gets its own answer', async () => {
  const batches: number[][] = [];
  const double = batching<number, number>(
    async (questions) => {
      batches.push([...questions]);
      return questions.map((question) => (question === 3 ? undefined : question * 2));
    },
    { atOnce: 1, size: 10 },
  );
  expect(await Promise.all([1, 2, 3, 4].map(double))).toEqual([2, 4, undefined, 8]);
  expect(batches).toEqual([[1, 2, 3, 4]]);
});

test('a question that comes while one is being asked is asked after it, never answered by it', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const ask = batching<string, string>(
    async (questions) => {
      const call = calls;
      calls += 1;
      await gates[call]?.promise;
      return questions.map((question) => `${question} in call ${call}`);
    },
    { atOnce: 1, size: 10 },
  );
  const early = ask('same');
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toBe(1);
  const late = [ask('same'), ask('same')];
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toBe(1);
  gates[0]?.resolve();
  gates[1]?.resolve();
  expect(await early).toBe('same in call 0');
  expect(await Promise.all(late)).toEqual(['same in call 1', 'same in call 1']);
});

test('batches and calls at once are bounded, and nobody is forgotten', async () => {
  let running = 0;
  let most = 0;
  let largest = 0;
  const ask = batching<number, number>(
    async (questions) => {
      running += 1;
      most = Math.max(most, running);
      largest = Math.max(largest, questions.length);
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return questions;
    },
    { atOnce: 2, size: 7 },
  );
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  expect(await Promise.all(numbers.map(ask))).toEqual(numbers);
  expect([most, largest]).toEqual([2, 7]);
});

test('when a call fails its questions fail, and the next ones are asked', async () => {
  let calls = 0;
  const ask = batching<number, number>(
    async (questions) => {
      calls += 1;
      if (calls === 1) throw new Error('connection lost');
      return questions;
    },
    { atOnce: 1, size: 2 },
  );
  const results = await Promise.allSettled([1, 2, 3].map(ask));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});
