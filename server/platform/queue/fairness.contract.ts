import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { NEXT_PLACE } from './lines.ts';
import { PgBossQueue } from './pg-boss.ts';
import type { EnqueueOptions, Job, QueueDefinition } from './port.ts';

type Note = { readonly organizationId?: string; readonly text: string };
const NOTES: QueueDefinition<Note> = {
  name: 'fair.notes',
  retries: 3,
  concurrency: 4,
  heartbeatSeconds: 10,
  timeoutSeconds: 60,
};
const FLOOD = 2_000;
const A = newId();
const B = newId();

/** Organizations take turns, on every database and with several processes. */
export function fairnessContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`fair queue contract: ${name}`, () => {
    let db: TestDatabase;
    let queue: PgBossQueue;
    const processes: PgBossQueue[] = [];
    const errors: unknown[] = [];
    /** Whose jobs began, in order. */
    const begun: string[] = [];

    beforeEach(async () => {
      db = await open();
      errors.length = 0;
      begun.length = 0;
      queue = newProcess();
      queue.handle(NOTES, async () => undefined);
      await queue.start({ work: false });
    });
    afterEach(async () => {
      for (const each of processes.splice(0)) await each.stop(1);
      await db.close();
      expect(errors).toEqual([]);
    });

    function newProcess(): PgBossQueue {
      const made = new PgBossQueue({
        database: db.database,
        onError: (error) => errors.push(error),
        onJobError: () => undefined,
      });
      processes.push(made);
      return made;
    }

    const send = (notes: readonly Note[], options: EnqueueOptions = {}) =>
      db.database.uow.write(instanceActor('test'), (tx) => queue.enqueueMany(tx, NOTES, notes, options));
    const flood = (organizationId: string, count = FLOOD) =>
      send(Array.from({ length: count }, (_, index) => ({ organizationId, text: `flood ${index}` })));

    /** Starts a worker process; resolves when `until` holds of a job that has begun. */
    async function work(
      until: (job: Job<Note>) => boolean,
      handler: (job: Job<Note>) => Promise<void> = async () => undefined,
      definition: QueueDefinition<Note> = NOTES,
    ): Promise<() => Promise<void>> {
      const reached = Promise.withResolvers<void>();
      const worker = newProcess();
      worker.handle(definition, async (job) => {
        begun.push(job.data.organizationId ?? 'installation');
        if (until(job)) reached.resolve();
        await handler(job);
      });
      await worker.start({ work: true });
      return () => reached.promise;
    }
    const ofB = (job: Job<Note>) => job.data.organizationId === B;

    test('one job of an organization waits for at most the next one of another that has thousands', async () => {
      await flood(A);
      await send([{ organizationId: B, text: 'single' }]);
      await (await work(ofB))();
      // A's first job stands in the same place and is older; the rest is what four workers take at once.
      expect(begun.indexOf(B)).toBeLessThanOrEqual(1 + NOTES.concurrency);
    });

    test('also when it comes in the midst of the flood, with two processes', async () => {
      await flood(A);
      let sentAfter = Number.POSITIVE_INFINITY;
      const sendOnce = async () => {
        if (begun.length < 100 || sentAfter !== Number.POSITIVE_INFINITY) return;
        sentAfter = 0;
        await send([{ organizationId: B, text: 'late' }]);
        sentAfter = begun.length;
      };
      const [first, second] = await Promise.all([work(ofB, sendOnce), work(ofB, sendOnce)]);
      await Promise.race([first(), second()]);
      expect(begun.indexOf(B) - sentAfter).toBeLessThanOrEqual(1 + 2 * NOTES.concurrency);
      expect(begun.indexOf(B)).toBeLessThan(FLOOD / 2);
    });

    test('a steady stream of one organization does not hold up the flood of another either', async () => {
      await flood(A, 400);
      await send([{ organizationId: B, text: 'stream' }]);
      const again = async ({ data }: Job<Note>) => {
        if (data.organizationId === B) await send([{ organizationId: B, text: 'stream' }]);
      };
      await (await work(() => begun.length >= 200, again))();
      expect(begun.filter((line) => line === A).length).toBeGreaterThanOrEqual(100);
      expect(begun.filter((line) => line === B).length).toBeGreaterThanOrEqual(40 / NOTES.concurrency);
    });

    test('several floods share the workers evenly', async () => {
      const lines = [A, B, newId()];
      for (const line of lines) await flood(line, 200);
      await (await work(() => begun.length >= 150))();
      for (const line of lines) {
        const share = begun.slice(0, 150).filter((each) => each === line).length;
        expect(Math.abs(share - 50)).toBeLessThanOrEqual(NOTES.concurrency);
      }
    });

    /** The places of the jobs that were tried and will be tried again. */
    const retried = async () => {
      const { rows } = await db.database.admin.execute(
        `select priority from queue.job where name = $1 and state = 'retry'`,
        [NOTES.name],
      );
      return rows.map((row) => row.priority);
    };

    test('a job that failed waits its turn again, at the end of its own line', async () => {
      await flood(A, 300);
      const held = Promise.withResolvers<void>();
      // A worker takes two jobs together: at the third, what became of the first is written.
      const third = await work(
        () => begun.length === 3,
        async () => {
          if (begun.length === 1) throw new Error('first try');
          if (begun.length === 3) await held.promise;
        },
        { ...NOTES, concurrency: 1 },
      );
      await third();
      expect(await retried()).toEqual([-300]);
      held.resolve();
    });

    test('a job that the end of its process interrupts keeps its place', async () => {
      await flood(A, 300);
      const first = await work(
        () => true,
        (job) =>
          new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason))),
        { ...NOTES, concurrency: 2 },
      );
      await first();
      for (const each of processes.splice(0)) await each.stop(4);
      expect((await retried()).map(Number).sort((a, b) => b - a)).toEqual([0, -1]);
    });

    test('where one of each organization runs at a time, a long job holds up no other organization', async () => {
      await flood(A, 1);
      const busy = Promise.withResolvers<void>();
      const done = await work(
        ofB,
        async ({ data, signal }) => {
          if (data.organizationId === B) return;
          busy.resolve();
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
        { ...NOTES, concurrency: 2, long: true, onePerOrganization: true },
      );
      await busy.promise;
      await flood(A, 20);
      await send([{ organizationId: B, text: 'single' }]);
      await done();
      expect(begun).toEqual([A, B]);
    });

    test('jobs of no organization run, before the rest', async () => {
      await flood(A);
      await send([{ text: 'of the installation' }]);
      await (await work((job) => job.data.organizationId === undefined))();
      expect(begun.indexOf('installation')).toBeLessThanOrEqual(NOTES.concurrency);
    });

    test('what waits for its time is not overtaken by all that came later', async () => {
      // Its place is 500 behind, as after a long day; then the queue runs empty but for this one.
      await flood(A, 500);
      await db.owner(`delete from queue.job where name = $1 and priority > -499`, [NOTES.name]);
      await db.owner(`update queue.job set start_after = now() + interval '1 hour' where name = $1`, [
        NOTES.name,
      ]);
      await flood(B, 400);
      await db.owner(`update queue.job set start_after = now() where name = $1`, [NOTES.name]);
      await (await work((job) => job.data.organizationId === A))();
      expect(begun.indexOf(A)).toBeLessThanOrEqual(1 + NOTES.concurrency);
    });

    const placesOf = async (line: string) => {
      const rows = await db.owner(
        'select priority from queue.job where name = $1 and group_id = $2 order by priority desc',
        [NOTES.name, line],
      );
      return rows.map((row) => Number(row.priority));
    };

    test('a job that failed, and whose batch still runs, takes no newcomer to the end of its line', async () => {
      await flood(A, 300);
      const release = Promise.withResolvers<void>();
      const second = await work(
        () => begun.length === 2,
        async ({ data }) => {
          if (data.text === 'flood 0') throw new Error('first try');
          await release.promise;
        },
        { ...NOTES, concurrency: 2 },
      );
      await second();
      await expect.poll(async () => (await placesOf(A)).at(-1)).toBe(-300);
      await send([{ organizationId: B, text: 'single' }]);
      const [place] = await placesOf(B);
      release.resolve();
      expect(place).toBeGreaterThanOrEqual(-NOTES.concurrency);
    });

    test('thousands that wait for another try come before nobody who came meanwhile', async () => {
      await flood(A);
      await db.owner(`update queue.job set start_after = now() + interval '1 hour' where name = $1`, [
        NOTES.name,
      ]);
      await flood(B, 20);
      await db.owner(`update queue.job set start_after = now() where name = $1`, [NOTES.name]);
      await (await work(() => begun.filter((line) => line === B).length === 20))();
      expect(begun.filter((line) => line === A).length).toBeLessThanOrEqual(20 + NOTES.concurrency);
    });

    test('an organization’s own jobs keep their order, across transactions', async () => {
      for (const text of ['1', '2', '3'])
        await send([
          { organizationId: A, text },
          { organizationId: B, text },
        ]);
      const rows = await db.owner(
        `select group_id as line, data->>'text' as text, priority from queue.job where name = $1 order by 1, 2`,
        [NOTES.name],
      );
      const places = (line: string) => rows.filter((row) => row.line === line).map((row) => row.priority);
      expect([places(A), places(B)]).toEqual([
        [0, -1, -2],
        [0, -1, -2],
      ]);
    });

    test('places end where the column does', async () => {
      await send([{ organizationId: A, text: 'first' }]);
      await db.owner(`update queue.job set priority = -2147483646 where name = $1`, [NOTES.name]);
      await flood(A, 3);
      await send([{ organizationId: B, text: 'other' }]);
      const rows = await db.owner(`select min(priority) as last from queue.job where name = $1`, [
        NOTES.name,
      ]);
      expect(rows).toEqual([{ last: -2_147_483_647 }]);
    });

    test('the place is found by indexes alone', async () => {
      for (const line of [A, B]) await flood(line);
      await db.owner('analyze queue.job');
      const rows = await db.owner(`explain ${NEXT_PLACE}`, [NOTES.name, A]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Index');
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    });
  });
}
