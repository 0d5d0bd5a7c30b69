import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { MINUTE, type WebhooksStage } from '../../../testing/webhooks-stage.ts';

/** Messages of strangers, and messages that are none. */
export function webhooksRefusalsContract(messages: WebhooksStage): void {
  const { now, trust, post, clerk, event, userOf, fresh } = messages;
  let db: TestDatabase;
  beforeAll(() => {
    ({ db } = messages.stage());
  });

  describe('are refused alike', () => {
    const problem = async (answer: ReturnType<typeof post>) => {
      const { statusCode, body } = await answer;
      const { requestId: _, ...rest } = JSON.parse(body);
      return { statusCode, ...rest };
    };

    test('without a signature that holds, for no provider, and for one that has no webhook', async () => {
      await trust();
      const id = fresh();
      const body = event('created', clerk(id));
      const refused = await problem(post(body, { secret: Buffer.alloc(32, 8) }));
      expect(refused).toMatchObject({ statusCode: 401, code: 'federation.webhook_refused' });
      expect(await problem(post(body, {}, 'nobody'))).toEqual(refused);
      expect(await problem(post(body, { sentAt: now() - 6 * MINUTE }))).toEqual(refused);
      expect(await problem(post(body, { sentAt: now() + 6 * MINUTE }))).toEqual(refused);
      expect(await problem(post(body, { prefix: 'x' }))).toEqual(refused);
      await db.owner('update identity_providers set webhook_format = null, webhook_secrets = null');
      expect(await problem(post(body))).toEqual(refused);
      await db.owner('update identity_providers set enabled = false');
      expect(await problem(post(body))).toEqual(refused);
      expect(await userOf(id)).toBeUndefined();
    });

    test('and nothing is read before the sender is known', async () => {
      await trust();
      for (const body of ['{{{{', '', '\u0000', '['.repeat(10_000)])
        expect((await post(body, { secret: Buffer.alloc(32, 8) })).statusCode).toBe(401);
    });
  });

  test.each<[string, unknown, number]>([
    ['no JSON', '{{{{', 400],
    ['nothing', '', 400],
    ['deep JSON', `${'['.repeat(1000)}${']'.repeat(1000)}`, 400],
    ['a list', [], 422],
    ['no type', { data: { id: 'x' } }, 422],
    ['no data', { type: 'user.created' }, 422],
    ['nobody', { type: 'user.created', data: {} }, 422],
    ['a subject without end', { type: 'user.created', data: { id: 'x'.repeat(300) } }, 422],
    ['a time that is none', { type: 'user.created', timestamp: 'yesterday', data: { id: 'x' } }, 422],
    ['a time before time', { type: 'user.created', timestamp: -5, data: { id: 'x' } }, 422],
    ['a time without end', { type: 'user.created', timestamp: 1e300, data: { id: 'x' } }, 422],
    ['the year 3000', { type: 'user.created', timestamp: '3000-01-01T00:00:00Z', data: { id: 'x' } }, 422],
    ['odd addresses', { type: 'user.created', data: { id: 'x', email_addresses: [null, 5, {}, 'a'] } }, 204],
    ['something else', { type: 'session.created', data: { id: 'x' } }, 204],
    ['a longer type', { type: 'user.created.twice', data: { id: 'x' } }, 204],
  ])('a signed message with %s', async (_name, body, status) => {
    await trust();
    const answer = await post(body);
    expect(answer.statusCode, answer.body).toBe(status);
    expect(await db.owner("select from federated_identities where subject = 'x'")).toEqual([]);
  });
}
