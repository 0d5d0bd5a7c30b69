import { afterAll, beforeAll, expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { embeddedTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { PgBossQueue } from '../queue/index.ts';
import { type DomainEvent, type EventType, QueuedEvents } from './index.ts';

const happened: EventType<{ readonly what: string }> = { name: 'test.happened' };
const actor = { organizationId: newId(), userId: null, requestId: 'r-1' };

let db: TestDatabase;
let queue: PgBossQueue;
let events: QueuedEvents;
const seen: DomainEvent<{ readonly what: string }>[] = [];
let failures = 1;
const delivered = Promise.withResolvers<void>();

beforeAll(async () => {
  db = await embeddedTestDatabase();
  queue = new PgBossQueue({ database: db.database, onError: () => undefined, onJobError: () => undefined });
  events = new QueuedEvents(queue);
  events.subscribe(happened, 'reliable', async (event) => {
    seen.push(event);
  });
  events.subscribe(happened, 'flaky', async () => {
    if (failures-- > 0) throw new Error('on purpose');
    delivered.resolve();
  });
  await queue.start({ work: true });
});
afterAll(async () => {
  await queue.stop(1);
  await db.close();
});

test('an event reaches every subscriber after commit, also one that fails first; a rolled back one reaches nobody', async () => {
  const failing = db.database.uow.write(instanceActor('test'), async (tx) => {
    await events.emit(tx, actor, happened, { what: 'rolled back' });
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  await db.database.uow.write(instanceActor('test'), (tx) =>
    events.emit(tx, actor, happened, { what: 'committed' }),
  );
  await delivered.promise;
  expect(seen).toMatchObject([
    {
      type: 'test.happened',
      payload: { what: 'committed' },
      requestId: 'r-1',
      organizationId: actor.organizationId,
    },
  ]);
});
