import { beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { acmeMembers, type SignInStage } from '../../../testing/federation-stage.ts';
import { type FederationWorld, failureOf, ORIGIN } from '../../../testing/federation-world.ts';

/** What a provider says about roles and organizations, and what becomes of it. */
export function rolesContract(stage: () => SignInStage): void {
  let db: TestDatabase;
  let world: FederationWorld;
  let browser: Browser;
  beforeEach(() => {
    ({ db, world, browser } = stage());
  });
  const roleOf = async (by = browser) => (await world.me(by)).json().organization?.role;
  const members = () => acmeMembers(db, world.organizationId);

  describe('roles and organizations', () => {
    const mapped = {
      ...{ roleClaim: ['groups'], roles: { staff: 'regular', editors: 'power', bosses: 'admin' } },
      ...{ defaultRole: 'guest', syncRoles: true },
    };

    test('follow the claims, up and down, and the highest counts', async () => {
      await world.trust(mapped);
      const login = world.person({ groups: ['staff', 'editors', 'unknown'] });
      const about = world.provider.people.get(login);
      await world.signIn(login, browser);
      expect(await roleOf()).toBe('power');
      for (const [groups, role] of [
        [['bosses'], 'admin'],
        [['staff'], 'regular'],
        [['constructor', '__proto__'], 'guest'],
        [[], 'guest'],
      ] as const) {
        world.provider.people.set(login, { ...about, groups });
        await world.signIn(login, world.browser());
        expect(await roleOf(), String(groups)).toBe(role);
      }
    });

    test('stay where they are not to follow', async () => {
      await world.trust({ ...mapped, syncRoles: false });
      const login = world.person({ groups: ['editors'] });
      await world.signIn(login, browser);
      world.provider.people.set(login, { ...world.provider.people.get(login), groups: ['staff'] });
      await world.signIn(login, world.browser());
      expect(await roleOf()).toBe('power');
    });

    test.each([
      ['role', { groups: ['staff'] }],
      ['membership', { groups: [], department: [] }],
    ])('whose %s as admin is taken has invited nobody', async (_name, claims) => {
      await world.trust({
        ...{ ...mapped, defaultRole: null, organizationClaim: ['department'] },
        organizations: [{ organizationId: world.organizationId, claimValue: 'here' }],
      });
      const login = world.person({ groups: ['bosses'], department: 'here' });
      await world.signIn(login, browser);
      const { csrfToken, user } = (await world.me(browser)).json();
      const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
      const invited = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/invitations', headers: { cookie, 'x-csrf-token': csrfToken } },
        payload: { role: 'admin' },
      });
      expect(invited.statusCode, invited.body).toBe(201);
      world.provider.people.set(login, { ...world.provider.people.get(login), ...claims });
      await world.signIn(login, world.browser());
      expect(
        await db.owner('select revoked_at is null as open from invitations where invited_by = $1', [user.id]),
      ).toEqual([{ open: false }]);
    });

    test('the last admin stays admin', async () => {
      const alone = await world.join(`alone${Date.now()}@there.example`);
      await db.owner('delete from memberships where organization_id = $1', [alone.organizationId]);
      await world.trust({
        ...mapped,
        organizations: [{ organizationId: alone.organizationId, claimValue: null }],
      });
      const login = world.person({ groups: ['bosses'] });
      await world.signIn(login, browser);
      world.provider.people.set(login, { ...world.provider.people.get(login), groups: ['staff'] });
      await world.signIn(login, world.browser());
      expect(await roleOf()).toBe('admin');
      expect(await world.audited('member.role_changed')).toContainEqual(
        expect.objectContaining({ outcome: 'denied', organizationId: alone.organizationId }),
      );
    });

    test('a claim chooses the organization, and its loss takes the membership', async () => {
      const other = await world.join(`second${Date.now()}@there.example`);
      await world.trust({
        ...{ organizationClaim: ['department'], syncRoles: true, roleClaim: ['groups'] },
        organizations: [
          { organizationId: world.organizationId, claimValue: 'here' },
          { organizationId: other.organizationId, claimValue: 'there' },
        ],
      });
      const login = world.person({ department: ['here', 'there'] });
      const about = world.provider.people.get(login);
      await world.signIn(login, browser);
      const names = async () =>
        (await world.me(browser))
          .json()
          .organizations.map((one: { id: string }) => one.id)
          .sort();
      expect(await names()).toEqual([world.organizationId, other.organizationId].sort());
      world.provider.people.set(login, { ...about, department: 'there' });
      const again = world.browser();
      await world.signIn(login, again);
      expect((await world.me(again)).json().organizations).toMatchObject([{ id: other.organizationId }]);
      world.provider.people.set(login, { ...about, department: [] });
      expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
      expect((await world.me(again)).statusCode).toBe(401);
    });

    test('whom an admin has removed is not brought back', async () => {
      await world.trust();
      const login = world.person();
      await world.signIn(login, browser);
      await db.owner('delete from memberships where user_id in (select id from users where name = $1)', [
        `The ${login}`,
      ]);
      expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
      expect(await members()).toEqual([]);
    });
  });
}
