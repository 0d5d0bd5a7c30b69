import { beforeAll, describe, expect, test } from 'vitest';
import type { IdentityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';

/** Closing an organization, and restoring it. */
export function organizationClosingContract(stage: IdentityStage): void {
  const { founder, member } = stage;

  describe('closing', () => {
    let world: IdentityWorld;
    beforeAll(() => {
      ({ world } = stage.now());
    });

    test('shuts everybody out but the admins, who may restore it and little else', async () => {
      const kim = await founder();
      const lee = await member(kim, 'power');
      const path = `/organizations/${kim.organizationId}`;
      const closed = await kim.call('DELETE', path);
      expect(closed.status).toBe(200);
      expect(Date.parse(closed.body.closedAt)).toBe(world.clock().getTime());
      const days = (Date.parse(closed.body.deleteAfter) - Date.parse(closed.body.closedAt)) / 86_400_000;
      expect(days).toBe(30);

      expect((await lee.call('GET', '/probe')).status).toBe(401);
      expect((await lee.refresh()).status).toBe(401);
      expect((await lee.call('GET', path)).status).toBe(404);
      expect(await kim.call('GET', '/probe')).toMatchObject({
        status: 403,
        body: { code: 'identity.organization_closed', deleteAfter: closed.body.deleteAfter },
      });
      expect((await kim.call('GET', `${path}/members`)).status).toBe(403);
      expect((await kim.call('GET', path)).body.closedAt).not.toBeNull();
      // By it a browser finds the way to restoring.
      expect((await kim.call('GET', '/auth/me')).body.organization).toMatchObject({
        id: kim.organizationId,
        closedAt: closed.body.closedAt,
      });
      expect((await lee.call('GET', '/auth/me')).status).toBe(401);
      // Their account stays theirs.
      expect((await kim.call('GET', '/auth/sessions')).status).toBe(200);
      expect((await kim.call('PATCH', '/auth/me', { name: 'Kim' })).status).toBe(200);
      expect((await kim.call('DELETE', path)).body.deleteAfter).toBe(closed.body.deleteAfter);
      // Signing in leads to one that is open, where there is one.
      const own = (await kim.call('POST', '/organizations', { name: 'Own' })).body;
      expect((await kim.refresh()).status).toBe(200);

      expect((await kim.call('POST', `${path}/restore`)).body).toMatchObject({
        closedAt: null,
        deleteAfter: null,
      });
      expect((await lee.call('GET', '/probe')).status).toBe(200);
      expect((await kim.call('POST', `/organizations/${own.id}/restore`)).status).toBe(409);
      for (const action of ['organization.closed', 'organization.restored'])
        expect(await world.audited(action)).toContainEqual(
          expect.objectContaining({ organizationId: kim.organizationId }),
        );
    });
  });
}
