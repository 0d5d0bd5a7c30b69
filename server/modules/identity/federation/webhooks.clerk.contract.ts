import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { FederationWorld } from '../../../testing/federation-world.ts';
import type { WebhooksStage } from '../../../testing/webhooks-stage.ts';

/** Messages of Clerk about its people. */
export function clerkWebhooksContract(messages: WebhooksStage): void {
  const { now, trust, post, clerk, event, userOf, fresh } = messages;
  let db: TestDatabase;
  let world: FederationWorld;
  beforeAll(() => {
    ({ db, world } = messages.stage());
  });

  describe('of Clerk', () => {
    test('make, change and end accounts', async () => {
      await trust({ emailDomains: ['acme.example'] });
      const id = fresh();
      expect((await post(event('created', clerk(id)))).statusCode).toBe(204);
      expect(await userOf(id)).toMatchObject({
        ...{ email: `${id}@acme.example`, name: 'Ada Lovelace', verified: true, roles: ['regular'] },
      });
      const renamed = {
        last_name: 'King',
        email_addresses: [
          { id: 'idn_1', email_address: `new-${id}@acme.example`, verification: { status: 'verified' } },
        ],
      };
      await post(event('updated', clerk(id, renamed), now() + 1));
      const user = await userOf(id);
      expect(user).toMatchObject({ email: `new-${id}@acme.example`, name: 'Ada King' });
      expect(
        (await post(event('deleted', { id, deleted: true, object: 'user' }, now() + 2))).statusCode,
      ).toBe(204);
      expect(await userOf(id)).toBeUndefined();
      expect(await db.owner('select from memberships where user_id = $1', [user?.id])).toEqual([]);
      expect(await db.owner('select from users where id = $1', [user?.id])).toHaveLength(1);
      expect(await world.audited('user.changed')).toContainEqual(
        expect.objectContaining({ targetId: user?.id }),
      );
    });

    test('an address that is not verified makes no account until it is', async () => {
      await trust();
      const id = fresh();
      const data = (status: string) =>
        clerk(id, {
          email_addresses: [{ id: 'idn_1', email_address: `${id}@acme.example`, verification: { status } }],
        });
      expect((await post(event('created', data('unverified')))).statusCode).toBe(204);
      expect(await userOf(id)).toBeUndefined();
      await post(event('updated', data('verified'), now() + 1));
      expect(await userOf(id)).toBeDefined();
    });

    test('roles follow where the message says them, and stay where it is silent', async () => {
      await trust({
        ...{ roleClaim: ['public_metadata', 'role'], roles: { boss: 'admin', staff: 'power' } },
        ...{ defaultRole: 'guest', syncRoles: true },
      });
      const id = fresh();
      const as = (role: string | undefined, at: number) =>
        post(event('updated', clerk(id, { public_metadata: { role } }), at));
      await as('boss', now());
      expect((await userOf(id))?.roles).toEqual(['admin']);
      await as('staff', now() + 1);
      expect((await userOf(id))?.roles).toEqual(['power']);
      await as(undefined, now() + 2);
      expect((await userOf(id))?.roles).toEqual(['power']);
    });

    test('an address of somebody else is not taken over', async () => {
      await trust();
      const id = fresh();
      await post(event('created', clerk(id)));
      const founder = await db.owner('select email from users where id = $1', [world.founder.userId]);
      const stolen = {
        id: 'idn_1',
        email_address: founder[0]?.email,
        verification: { status: 'verified' },
      };
      expect(
        (await post(event('updated', clerk(id, { email_addresses: [stolen] }), now() + 1))).statusCode,
      ).toBe(204);
      expect(await userOf(id)).toMatchObject({ email: `${id}@acme.example` });
      const other = fresh();
      await post(event('created', clerk(other, { email_addresses: [stolen] })));
      expect(await userOf(other)).toBeUndefined();
    });
  });
}
