import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { PgBossQueue } from './pg-boss.ts';
import type { Job, QueueDefinition } from './port.ts';

type Note = { readonly text: string };
const NOTES: QueueDefinition<Note> = {
  name: 'notes',
  retries: 2,
  concurrency: 2,
  heartbeatSeconds: 10,
  timeoutSeconds: 60,
};

/** What every queue adapter must do, on every database. */
export function queueContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`queue contract: ${name}`, () => {
    let db: TestDatabase;
    let queue: PgBossQueue;
    const errors: unknown[] = [];

    beforeEach(async () => {
      db = await open();
      errors.length = 0;
      queue = new PgBossQueue({
        database: db.database,
        onError: (error) => errors.push(error),
        onJobError: () => undefined,
      });
    });
    afterEach(async () => {
      await queue.stop(2);
      await db.close();
      expect(errors).toEqual([]);
    });

    const enqueue = (text: string, options = {}) =>
      db.database.uow.write(instanceActor('test'), (tx) => queue.enqueue(tx, NOTES, { text }, options));

    /** Starts a worker that collects what it gets and resolves when `count` jobs have come. */
    async function collect(
      count: number,
      handler: (job: Job<Note>) => Promise<void> = async () => undefined,
    ) {
      const seen: string[] = [];
      const enough = Promise.withResolvers<void>();
      queue.handle(NOTES, async (job) => {
        seen.push(`${job.data.text}#${job.attempt}`);
        if (seen.length >= count) enough.resolve();
        await handler(job);
      });
      await queue.start({ work: true });
      return { seen, enough: enough.promise };
    }

    test('a job exists if and only if its transaction commits', async () => {
      const { seen, enough } = await collect(1);
      const failing = db.database.uow.write(instanceActor('test'), async (tx) => {
        await queue.enqueue(tx, NOTES, { text: 'rolled back' });
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await enqueue('committed');
      await enough;
      expect(seen).toEqual(['committed#1']);
    });

    test('a batch arrives whole, whatever the order', async () => {
      const texts = Array.from({ length: 60 }, (_, index) => `n${index}`);
      const { seen, enough } = await collect(60);
      await db.database.uow.write(instanceActor('test'), (tx) =>
        queue.enqueueMany(
          tx,
          NOTES,
          texts.map((text) => ({ text })),
        ),
      );
      await enough;
      expect(seen.map((entry) => entry.split('#')[0]).sort()).toEqual([...texts].sort());
    });

    test('a handler that throws is tried again', async () => {
      const { seen, enough } = await collect(2, async (job) => {
        if (job.attempt === 1) throw new Error('first try');
      });
      await enqueue('stubborn');
      await enough;
      expect(seen).toEqual(['stubborn#1', 'stubborn#2']);
    });

    test('one job waits for each singleton key', async () => {
      queue.handle(NOTES, async () => undefined);
      await queue.start({ work: false });
      await enqueue('a', { singletonKey: 'k' });
      await enqueue('b', { singletonKey: 'k' });
      await enqueue('c');
      await enqueue('d');
      const { rows } = await db.database.admin.execute(
        "select data->>'text' as text from queue.job where name = 'notes' order by 1",
      );
      expect(rows.map((row) => row.text)).toEqual(['a', 'c', 'd']);
    });

    test('stopping aborts what runs too long, and it is done again later', async () => {
      const started = Promise.withResolvers<AbortSignal>();
      queue.handle(NOTES, async (job) => {
        started.resolve(job.signal);
        await new Promise((_, reject) =>
          job.signal.addEventListener('abort', () => reject(job.signal.reason)),
        );
      });
      await queue.start({ work: true });
      await enqueue('long');
      const signal = await started.promise;
      await queue.stop(4);
      expect(signal.aborted).toBe(true);
      queue = new PgBossQueue({
        database: db.database,
        onError: (error) => errors.push(error),
        onJobError: () => undefined,
      });
      const { seen, enough } = await collect(1);
      await enough;
      expect(seen).toEqual(['long#2']);
    });
  });
}
