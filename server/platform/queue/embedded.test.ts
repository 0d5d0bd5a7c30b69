import { expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import { embeddedTestDatabase } from '../../testing/database.ts';
import { fairnessContract } from './fairness.contract.ts';
import { PgBossQueue } from './pg-boss.ts';
import { queueContract } from './queue.contract.ts';

queueContract('PGlite', embeddedTestDatabase);
fairnessContract('PGlite', embeddedTestDatabase);

test('on the embedded database, what a killed process left running is taken up at the next start', async () => {
  const db = await embeddedTestDatabase();
  const definition = { name: 'left', retries: 3, concurrency: 1, heartbeatSeconds: 60, timeoutSeconds: 600 };
  const options = { database: db.database, onError: () => undefined, onJobError: () => undefined };
  const dead = new PgBossQueue(options);
  const taken = Promise.withResolvers<void>();
  dead.handle(definition, () => {
    taken.resolve();
    return new Promise(() => undefined);
  });
  await dead.start({ work: true });
  await db.database.uow.write(instanceActor('test'), (tx) => dead.enqueue(tx, definition, {}));
  await taken.promise;

  const next = new PgBossQueue(options);
  const again = Promise.withResolvers<number>();
  next.handle(definition, async (job) => again.resolve(job.attempt));
  await next.start({ work: true });
  expect(await again.promise).toBe(2);
  await next.stop(1);
  await dead.stop(1);
  await db.close();
});
