import { beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import type { SignInStage } from '../../../testing/federation-stage.ts';
import { type FederationWorld, ORIGIN } from '../../../testing/federation-world.ts';

const PASSWORD = 'a password for tests';

/** Organizations that are reached through their providers only. */
export function ssoOnlyContract(stage: () => SignInStage): void {
  let db: TestDatabase;
  let world: FederationWorld;
  let browser: Browser;
  beforeEach(() => {
    ({ db, world, browser } = stage());
  });

  describe('an organization that is reached through its providers only', () => {
    const asAdmin = (ssoOnly: boolean, headers: Record<string, string>) =>
      world.http.inject({
        ...{ method: 'PATCH', url: `/api/v1/organizations/${world.organizationId}/sso`, headers },
        payload: { ssoOnly },
      });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    test('lets in whom they vouch for, and nobody by password', async () => {
      await world.trust({ defaultRole: 'admin' });
      const founder = bearer(world.founder.program.accessToken);
      expect((await asAdmin(true, founder)).json()).toMatchObject({
        code: 'federation.sign_in_there_first',
      });
      await world.signIn(world.person(), browser);
      const { csrfToken } = (await world.me(browser)).json();
      const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
      const switched = await asAdmin(true, { cookie, 'x-csrf-token': csrfToken });
      expect(switched.json()).toMatchObject({ ssoOnly: true, providers: [{ id: 'acme', signsIn: true }] });

      const refused = await world.http.inject({
        url: '/probe'.replace('/probe', '/api/v1/probe'),
        headers: founder,
      });
      expect(refused.json()).toMatchObject({ status: 403, code: 'identity.sso_required' });
      const login = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/login' },
        payload: { email: 'founder', password: PASSWORD },
      });
      expect(login.statusCode).toBe(401);
      expect((await world.me(browser)).statusCode).toBe(200);

      const off = await world.operate('PATCH', `/organizations/${world.organizationId}/sso`, {
        ssoOnly: false,
      });
      expect(off.json()).toMatchObject({ ssoOnly: false });
      expect((await world.http.inject({ url: '/api/v1/probe', headers: founder })).statusCode).toBe(200);
      expect(await world.audited('organization.sso_changed')).toHaveLength(2);
    });

    test('a password leads to another organization, or is refused with a reason', async () => {
      await world.trust();
      await world.operate('PATCH', `/organizations/${world.organizationId}/sso`, { ssoOnly: true });
      const [row] = await db.owner('select email from users where id = $1', [world.founder.userId]);
      const sign = () =>
        world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/login?transport=body' },
          payload: { email: row?.email, password: PASSWORD },
        });
      expect((await sign()).json()).toMatchObject({ status: 403, code: 'identity.sso_required' });
      const other = await world.join(`elsewhere${Date.now()}@there.example`);
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        other.organizationId,
        world.founder.userId,
      ]);
      const elsewhere = await sign();
      expect(elsewhere.json()).toMatchObject({ organization: { id: other.organizationId } });
      const token = elsewhere.json().accessToken;
      const switched = await world.http.inject({
        url: '/api/v1/probe',
        headers: { ...bearer(token), 'x-organization-id': world.organizationId },
      });
      expect(switched.json()).toMatchObject({ code: 'identity.sso_required' });
      await db.owner('delete from memberships where user_id = $1 and organization_id = $2', [
        world.founder.userId,
        other.organizationId,
      ]);
    });

    test('a provider that leads elsewhere does not do', async () => {
      const other = await world.join(`foreign${Date.now()}@there.example`);
      await world.trust({ organizations: [{ organizationId: other.organizationId, claimValue: null }] });
      const login = world.person();
      await world.signIn(login, browser);
      const { id } = (await world.me(browser)).json().user;
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        world.organizationId,
        id,
      ]);
      await db.owner('update organizations set sso_only = true where id = $1', [world.organizationId]);
      const here = await world.me(browser, { 'x-organization-id': world.organizationId });
      expect(here.json()).toMatchObject({ code: 'identity.organization_not_found' });
      expect((await world.me(browser)).statusCode).toBe(200);
    });

    test('needs a provider, and an admin of the organization', async () => {
      const path = `/organizations/${world.organizationId}/sso`;
      expect((await world.operate('PATCH', path, { ssoOnly: true })).json()).toMatchObject({
        code: 'federation.no_provider',
      });
      await world.trust();
      const stranger = await world.join(`stranger${Date.now()}@there.example`);
      const foreign = await asAdmin(true, bearer(stranger.program.accessToken));
      const missing = await world.http.inject({
        ...{ method: 'PATCH', url: `/api/v1/organizations/${world.ids()}/sso`, payload: { ssoOnly: true } },
        headers: bearer(stranger.program.accessToken),
      });
      const { requestId: _a, ...first } = foreign.json();
      const { requestId: _b, ...second } = missing.json();
      expect(first).toEqual(second);
      expect(foreign.statusCode).toBe(404);
      await world.signIn(world.person(), browser);
      const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
      const regular = await world.http.inject({ url: `/api/v1${path}`, headers: { cookie } });
      expect(regular.json()).toMatchObject({ code: 'identity.role_required' });
    });
  });
}
