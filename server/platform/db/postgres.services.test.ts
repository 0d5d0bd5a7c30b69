import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTestDatabase, type TestDatabase, testServerUrl } from '../../testing/database.ts';
import { databaseContract } from './database.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  databaseContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));

  describe('listening', () => {
    let db: TestDatabase;
    beforeAll(async () => {
      db = await postgresTestDatabase(url ?? '');
    });
    afterAll(() => db.close());

    const LISTENING = `from pg_stat_activity where datname = current_database() and query ~ '^(un)?listen '`;
    const connections = async () => (await db.owner(`select pid ${LISTENING}`)).length;
    const hear = async (channel: string) => {
      const heard = Promise.withResolvers<string>();
      const close = await db.database.listen(channel, heard.resolve);
      return { heard: heard.promise, close };
    };
    const say = (channel: string) => db.database.admin.execute('select pg_notify($1, $1)', [channel]);

    test('all channels share one connection, which ends with the last of them', async () => {
      const all = await Promise.all(['a', 'b', 'c', 'd'].map(hear));
      expect(await connections()).toBe(1);
      for (const channel of ['a', 'b', 'c', 'd']) await say(channel);
      expect(await Promise.all(all.map(({ heard }) => heard))).toEqual(['a', 'b', 'c', 'd']);
      await Promise.all(all.map(({ close }) => close()));
      await expect.poll(connections).toBe(0);
      const again = await hear('a');
      await say('a');
      expect(await again.heard).toBe('a');
      await again.close();
    });

    test('a connection that is lost comes back for all of them', async () => {
      const all = await Promise.all(['a', 'b'].map(hear));
      const [lost] = await db.owner(`select pid, pg_terminate_backend(pid) ${LISTENING}`);
      await expect
        .poll(async () => (await db.owner(`select pid ${LISTENING}`)).map(({ pid }) => pid === lost?.pid), {
          timeout: 15_000,
        })
        .toEqual([false]);
      // The last channel may still be on its way: whoever asks for it once more comes after it.
      const sure = await hear('b');
      for (const channel of ['a', 'b']) await say(channel);
      expect(await Promise.all(all.map(({ heard }) => heard))).toEqual(['a', 'b']);
      for (const { close } of [...all, sure]) await close();
    });
  });
});
