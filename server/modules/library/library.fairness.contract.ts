import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../testing/database.ts';
import { type Client, createWorld, eventually, formOf, type World } from '../../testing/world.ts';

const FLOOD = 40;

/** One organization's uploads beside another's flood, with the whole product. */
export function libraryFairnessContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`uploads beside a flood, on ${name}`, () => {
    let world: World;
    let ann: Client;
    let eve: Client;

    beforeEach(async () => {
      world = await createWorld({ database: await open(), work: false });
      eve = await world.person('admin', 'Flooding');
      ann = await world.person('admin', 'Small');
      const files = Array.from({ length: FLOOD }, (_, n) => [`${n}.txt`, `File ${n} of very many.`]);
      await upload(eve, Object.fromEntries(files));
    });
    afterEach(() => world.close());

    async function upload(who: Client, files: Record<string, string>) {
      const answer = await who.call('POST', '/library/sources', formOf(files));
      expect(answer.status).toBe(202);
      return answer.body as { task: { id: string } };
    }
    const work = () => world.app.platform.queue.start({ work: true });
    const statusOf = async (who: Client, id: string) =>
      ((await who.call('GET', `/tasks/${id}`)).body as { status: string }).status;

    /** How many files of the flood were taken before the last one of somebody else. */
    async function floodBefore(who: Client) {
      const rows = await world.database.owner(
        `select group_id as line from queue.job where name = 'library.ingest' order by started_on, priority desc`,
      );
      return rows.map(({ line }) => line).lastIndexOf(who.organizationId);
    }

    test('a single file is read after a few of them', async () => {
      const { task } = await upload(ann, { 'one.txt': 'The only file of a small organization.' });
      await work();
      await eventually(
        () => statusOf(ann, task.id),
        (status) => status === 'succeeded',
      );
      expect(await floodBefore(ann)).toBeLessThan(8);
    });

    test('a batch that waits beside it is cancelled', async () => {
      const { task } = await upload(ann, { 'one.txt': 'To be cancelled.', 'two.txt': 'As well.' });
      const cancelled = await ann.call('POST', `/tasks/${task.id}/cancel`);
      expect(cancelled.status).toBe(202);
      await work();
      const ended = await eventually(
        () => statusOf(ann, task.id),
        (status) => status !== 'queued' && status !== 'running',
      );
      expect(ended).toBe('cancelled');
    });
  });
}
