import { expect, test } from 'vitest';
import { SharedReads } from './shared-reads.ts';

/** Reads that end when told, in the order in which they began. */
function slowReads() {
  const pending: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const read = () => new Promise<number>((resolve, reject) => pending.push({ resolve, reject }));
  return { pending, read };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('who asks during a read gets one that begins later, shared with all who wait', async () => {
  const { pending, read } = slowReads();
  const reads = new SharedReads<number>();
  const first = reads.ask('a', read);
  const waiting = [reads.ask('a', read), reads.ask('a', read), reads.ask('a', read)];
  await settled();
  expect(pending).toHaveLength(1);
  pending[0]?.resolve(1);
  expect(await first).toBe(1);
  await settled();
  expect(pending).toHaveLength(2);
  const third = reads.ask('a', read);
  pending[1]?.resolve(2);
  expect(await Promise.all(waiting)).toEqual([2, 2, 2]);
  await settled();
  pending[2]?.resolve(3);
  expect(await third).toBe(3);
});

test('keys do not wait for each other, and after rest the next read begins at once', async () => {
  const { pending, read } = slowReads();
  const reads = new SharedReads<number>();
  const a = reads.ask('a', read);
  const b = reads.ask('b', read);
  expect(pending).toHaveLength(2);
  pending[1]?.resolve(2);
  expect(await b).toBe(2);
  pending[0]?.resolve(1);
  expect(await a).toBe(1);
  const again = reads.ask('a', read);
  expect(pending).toHaveLength(3);
  pending[2]?.resolve(3);
  expect(await again).toBe(3);
});

test('a failure is for those who shared it, and the next read is tried', async () => {
  const { pending, read } = slowReads();
  const reads = new SharedReads<number>();
  const first = reads.ask('a', read);
  const second = reads.ask('a', read);
  pending[0]?.reject(new Error('lost'));
  await expect(first).rejects.toThrow('lost');
  await settled();
  pending[1]?.resolve(2);
  expect(await second).toBe(2);
});
