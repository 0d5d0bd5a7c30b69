import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { MINUTE, type WebhooksStage } from '../../../testing/webhooks-stage.ts';

/** Messages that come late, twice or all at once. */
export function webhooksOrderContract(messages: WebhooksStage): void {
  const { now, trust, post, clerk, event, userOf, fresh } = messages;
  let db: TestDatabase;
  beforeAll(() => {
    ({ db } = messages.stage());
  });

  describe('come in any order', () => {
    const named = (id: string, name: string) => clerk(id, { first_name: name, last_name: '' });

    test('an older change after a newer one changes nothing', async () => {
      await trust();
      const id = fresh();
      await post(event('updated', named(id, 'New'), now() + 10));
      await post(event('created', named(id, 'Old'), now()));
      await post(event('updated', named(id, 'Older'), now() + 5));
      expect(await userOf(id)).toMatchObject({ name: 'New' });
    });

    test('a deletion wins over what came before it and after it, and over messages that were on their way', async () => {
      await trust();
      const id = fresh();
      await post(event('created', clerk(id), now()));
      await post(event('deleted', { id }, now() + 5));
      await post(event('updated', clerk(id), now() + 3));
      await post(event('updated', clerk(id), now() + 9));
      await post(event('created', clerk(id), now() + 5));
      expect(await userOf(id)).toBeUndefined();
      // The same person made again later is another beginning.
      await db.owner('delete from users where email = $1', [`${id}@acme.example`]);
      await post(event('created', clerk(id), now() + 20));
      expect(await userOf(id)).toBeDefined();
    });

    test('a deletion before anything else keeps a late creation out', async () => {
      await trust();
      const id = fresh();
      expect((await post(event('deleted', { id }, now()))).statusCode).toBe(204);
      await post(event('created', clerk(id), now() - MINUTE));
      expect(await userOf(id)).toBeUndefined();
    });

    test('a message counts once, also twenty times at once', async () => {
      await trust();
      const id = fresh();
      const message = { id: `msg_same_${id}` };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => post(event('created', clerk(id)), message)),
      );
      expect(answers.every(({ statusCode }) => statusCode === 204)).toBe(true);
      expect(await db.owner('select from users where email = $1', [`${id}@acme.example`])).toHaveLength(1);
      // The id was seen: what comes under it again changes nothing, whatever it says.
      await post(event('deleted', { id }, now() + 1), message);
      expect(await userOf(id)).toBeDefined();
    });
  });
}
