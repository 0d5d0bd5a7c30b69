import { beforeEach, describe, expect, test } from 'vitest';
import { newOpaqueToken } from '../../../platform/auth/index.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import { DAY, type InvitationsStage } from '../../../testing/invitations-stage.ts';

/** Invitations that are used, revoked, expired, or of somebody who may not invite. */
export function voidInvitationsContract(stage: InvitationsStage): void {
  const { founder, member, anonymous, password, address, mailed, linked, accept, lookup } = stage;

  describe('what is not valid', () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    beforeEach(() => {
      ({ db, world } = stage.now());
    });

    test('has one answer, whatever the reason', async () => {
      const kim = await founder();
      const lee = await member(kim, 'admin');
      const [revoked, expired, used, byLee, ofClosed] = [
        await mailed(kim, address()),
        await mailed(kim, address()),
        await mailed(kim, address()),
        await linked(lee, 'admin'),
        await linked(kim),
      ];
      const items = (await kim.call('GET', '/invitations')).body.items;
      await accept({ token: used, name: 'x', password });
      const oldest = items.filter(({ email }: { email: string | null }) => email !== null).at(-1);
      expect((await kim.call('DELETE', `/invitations/${oldest.id}`)).status).toBe(204);
      await kim.call('DELETE', `/organizations/${kim.organizationId}/members/${lee.userId}`);
      expect((await lookup(ofClosed)).status).toBe(200);
      expect((await lookup(expired)).status).toBe(200);
      await kim.call('DELETE', `/organizations/${kim.organizationId}`);
      world.pass(7 * DAY);

      const ask = (token: string) =>
        anonymous('POST', '/invitations/lookup', { token }, { 'x-request-id': 'same' });
      const expected = await ask(newOpaqueToken());
      expect(expected).toMatchObject({ status: 410, body: { code: 'identity.invitation_not_valid' } });
      for (const token of [revoked, expired, used, byLee, ofClosed])
        expect((await ask(token)).text).toBe(expected.text);
      expect((await lookup('short')).status).toBe(422);
    });

    test('an admin who is removed does not come back by their own link', async () => {
      const kim = await founder();
      const lee = await member(kim, 'admin');
      const token = await linked(lee, 'admin');
      await kim.call('PATCH', `/organizations/${kim.organizationId}/members/${lee.userId}`, {
        role: 'guest',
      });
      await kim.call('PATCH', `/organizations/${kim.organizationId}/members/${lee.userId}`, {
        role: 'admin',
      });
      expect((await lookup(token)).status).toBe(410);
      expect((await kim.call('GET', '/invitations')).body.items[0].state).toBe('revoked');
    });

    test('of many who accept at once one is in', async () => {
      const kim = await founder();
      const token = await linked(kim);
      const crowd = await Promise.all(Array.from({ length: 8 }, () => founder()));
      const answers = await Promise.all(
        crowd.map((one) => one.call('POST', '/invitations/accept', { token })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(410)]);
      const [row] = await db.owner('select count(*)::int as n from memberships where organization_id = $1', [
        kim.organizationId,
      ]);
      expect(row).toEqual({ n: 2 });

      const email = address();
      const byMail = await mailed(kim, email);
      const twice = await Promise.all([1, 2, 3].map(() => accept({ token: byMail, name: 'x', password })));
      const statuses = twice.map(({ status }) => status);
      expect(statuses.filter((status) => status === 201).length).toBe(1);
      expect(statuses.filter((status) => status === 201 || status === 410 || status === 409).length).toBe(3);
    });
  });
}
