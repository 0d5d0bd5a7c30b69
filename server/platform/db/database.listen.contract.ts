import { expect, test } from 'vitest';
import type { TestDatabase } from '../../testing/database.ts';

/** What every database adapter tells those who listen. */
export function databaseListenContract(now: () => TestDatabase): void {
  test('NOTIFY reaches a listener', async () => {
    const heard = Promise.withResolvers<string>();
    const close = await now().database.listen('contract', heard.resolve);
    await now().database.admin.execute("select pg_notify('contract', $1)", ['hello']);
    expect(await heard.promise).toBe('hello');
    await close();
  });

  test('each listener hears its channel, until it leaves', async () => {
    const { database } = now();
    const heard: string[] = [];
    const closeFirst = await database.listen('one', (payload) => heard.push(`first ${payload}`));
    const closeSecond = await database.listen('one', (payload) => heard.push(`second ${payload}`));
    const say = async (channel: string, payload: string) => {
      const arrived = Promise.withResolvers<void>();
      // Hears last: by then everybody else has.
      const close = await database.listen('contract_done', () => arrived.resolve());
      await database.admin.execute('select pg_notify($1, $2)', [channel, payload]);
      await database.admin.execute("select pg_notify('contract_done', '')", []);
      await arrived.promise;
      await close();
    };
    await say('one', 'a');
    await closeFirst();
    await say('one', 'b');
    await say('two', 'c');
    await closeSecond();
    await say('one', 'd');
    expect(heard).toEqual(['first a', 'second a', 'second b']);
  });
}
