import { beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type FederationWorld, failureOf } from '../../../testing/federation-world.ts';
import { MINUTE, SECRET, webhooksStage } from '../../../testing/webhooks-stage.ts';
import { auth0WebhooksContract } from './webhooks.auth0.contract.ts';
import { clerkWebhooksContract } from './webhooks.clerk.contract.ts';
import { webhooksOrderContract } from './webhooks.order.contract.ts';
import { webhooksRefusalsContract } from './webhooks.refusals.contract.ts';

/** Messages of Clerk, of Auth0 and of anybody who speaks Standard Webhooks, on one kind of database. */
export function webhooksContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`webhooks of identity providers: ${name}`, () => {
    const messages = webhooksStage(open);
    const { now, trust, post, clerk, event, fresh } = messages;
    let db: TestDatabase;
    let world: FederationWorld;
    beforeAll(() => {
      ({ db, world } = messages.stage());
    });

    clerkWebhooksContract(messages);
    webhooksOrderContract(messages);
    webhooksRefusalsContract(messages);
    auth0WebhooksContract(messages);

    test('the end of an account ends its sessions and its next sign-in, until it is made again', async () => {
      await trust();
      const login = world.person();
      const browser = world.browser();
      await world.signIn(login, browser);
      expect((await world.me(browser)).statusCode).toBe(200);
      // The provider's clock is the real one, and so is this message's.
      const ahead = Date.now() - now();
      world.pass(Math.ceil(ahead / 1000));
      expect((await post(event('deleted', { id: login }, Date.now() + MINUTE))).statusCode).toBe(204);
      expect((await world.me(browser)).statusCode).toBe(401);
      expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
    });

    test('secrets are replaced without a gap', async () => {
      const made = await trust();
      const next = Buffer.alloc(32, 9);
      const both = [`whsec_${next.toString('base64')}`, SECRET];
      await world.operate(
        'PATCH',
        `/identity-providers/${made.id}`,
        { webhook: { format: 'standard', secrets: both } },
        1,
      );
      expect((await post(event('created', clerk(fresh())))).statusCode).toBe(204);
      expect(
        (await post(event('created', clerk(fresh())), { secret: next, prefix: 'webhook' })).statusCode,
      ).toBe(204);
      await world.operate(
        'PATCH',
        `/identity-providers/${made.id}`,
        { webhook: { format: 'standard', secrets: both.slice(0, 1) } },
        2,
      );
      expect((await post(event('created', clerk(fresh())))).statusCode).toBe(401);
    });

    test('ids of messages are forgotten after a month', async () => {
      await trust();
      await post(event('created', clerk(fresh())));
      await world.federation.sweep(instanceActor('sweep'));
      expect(await db.owner('select from federation_messages')).not.toEqual([]);
      world.pass(31 * 86_400);
      await world.federation.sweep(instanceActor('sweep'));
      expect(await db.owner('select from federation_messages')).toEqual([]);
    });
  });
}
