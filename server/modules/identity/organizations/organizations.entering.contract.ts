import { beforeAll, describe, expect, test } from 'vitest';
import type { IdentityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { Person } from '../../../testing/people.ts';

/** The organization that a session works in. */
export function organizationEnteringContract(stage: IdentityStage): void {
  const { founder, member } = stage;

  describe('the organization of a session', () => {
    let world: IdentityWorld;
    let ann: Person;
    let eve: Person;
    beforeAll(async () => {
      ({ world } = stage.now());
      ann = await founder();
      eve = await founder();
    });

    test('changes for new tokens, and for those that are refreshed', async () => {
      const bob = await member(ann, 'regular');
      const own = (await bob.call('POST', '/organizations', { name: 'Own' })).body;
      const entered = await bob.call('POST', '/auth/organization', { organizationId: own.id });
      expect(entered).toMatchObject({ status: 200, body: { organization: { id: own.id, role: 'admin' } } });
      // A refresh token lives long: an access token does not give one.
      expect(entered.body.refreshToken).toBeUndefined();
      expect(entered.headers['set-cookie']).toBeUndefined();
      const me = await bob.with(entered.body.accessToken).call('GET', '/auth/me');
      expect(me.body.organization.id).toBe(own.id);
      const refreshed = await bob.refresh();
      expect(refreshed.body.organization.id).toBe(own.id);
    });

    test('a foreign one and one that does not exist are the same', async () => {
      const ask = (organizationId: string) =>
        eve.call('POST', '/auth/organization', { organizationId }, { 'x-request-id': 'same' });
      const foreign = await ask(ann.organizationId);
      expect(foreign.status).toBe(404);
      expect(foreign.text).toBe((await ask(world.ids())).text);
    });
  });
}
