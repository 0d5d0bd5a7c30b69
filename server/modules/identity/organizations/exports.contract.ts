import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { type Client, createWorld, type World } from '../../../testing/world.ts';

/** Exports that wait for a worker: nothing works here. */
export function exportsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`exports that wait, on ${name}`, () => {
    let world: World;
    let ann: Client;
    let eve: Client;

    beforeAll(async () => {
      world = await createWorld({ database: await open(), work: false });
      ann = await world.person('admin', 'Hers');
      eve = await world.person('admin', 'Another');
    });
    afterAll(() => world.close());

    const start = (who: Client) => who.call('POST', `/organizations/${who.organizationId}/exports`);

    test('of many at once one is begun, and another organization is not concerned', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => start(ann)));
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409, 409]);
      for (const { status, body } of answers)
        if (status === 409) expect(body).toMatchObject({ code: 'identity.export_running' });
      const jobs = await world.database.owner(
        `select count(*)::int as n from queue.job where name = 'identity.export_organization'`,
      );
      expect(jobs).toEqual([{ n: 1 }]);
      expect((await start(eve)).status).toBe(202);
    });

    test('one that is cancelled ends at once, and makes room for the next', async () => {
      const bob = await world.person('admin', 'Third');
      const { task } = (await start(bob)).body as { task: { id: string } };
      const cancelled = await bob.call('POST', `/tasks/${task.id}/cancel`);
      expect(cancelled.body).toMatchObject({ status: 'cancelled' });
      expect((await start(bob)).status).toBe(202);
    });
  });
}
