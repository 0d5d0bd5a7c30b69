import { beforeAll, describe, expect, test } from 'vitest';
import type { FederationWorld } from '../../../testing/federation-world.ts';
import type { WebhooksStage } from '../../../testing/webhooks-stage.ts';

const TOKEN = 'a-token-that-was-agreed-on';

/** Messages of Auth0 about its people. */
export function auth0WebhooksContract(messages: WebhooksStage): void {
  const { now, userOf, next } = messages;
  let world: FederationWorld;
  beforeAll(() => {
    ({ world } = messages.stage());
  });

  describe('of Auth0', () => {
    const send = (body: unknown, authorization = `Bearer ${TOKEN}`) =>
      world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/webhooks/acme', payload: JSON.stringify(body) },
        headers: { 'content-type': 'application/cloudevents+json', authorization },
      });
    const cloudEvent = (type: string, object: object, at = now(), id = `evt_${next()}`) => ({
      ...{ id, specversion: '1.0', type, time: new Date(at).toISOString() },
      data: { object },
    });

    test('make, change and end accounts, each message once', async () => {
      await world.trust({ webhook: { format: 'auth0', secrets: [TOKEN] } });
      const id = `auth0|${next()}`;
      const email = `auth0-${next()}@acme.example`;
      const person = { user_id: id, email, email_verified: true, name: 'Grace' };
      expect((await send(cloudEvent('user.created', person))).statusCode).toBe(204);
      expect(await userOf(id)).toMatchObject({ email, name: 'Grace', roles: ['regular'] });
      await send(cloudEvent('com.auth0.user.updated', { ...person, name: 'Grace H.' }, now() + 1));
      expect(await userOf(id)).toMatchObject({ name: 'Grace H.' });
      const gone = cloudEvent('user.deleted', { user_id: id }, now() + 2);
      await send(gone);
      expect(await userOf(id)).toBeUndefined();
      expect((await send(gone)).statusCode).toBe(204);
    });

    test('are refused without the token', async () => {
      await world.trust({ webhook: { format: 'auth0', secrets: [TOKEN] } });
      const body = cloudEvent('user.created', { user_id: 'auth0|x' });
      for (const authorization of ['', 'Bearer ', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`])
        expect((await send(body, authorization)).statusCode).toBe(401);
      expect((await send({ ...body, id: '' })).statusCode).toBe(422);
      expect((await send({ ...body, time: 'now' })).statusCode).toBe(422);
    });
  });
}
