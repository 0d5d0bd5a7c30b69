import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { ForeignTokensStage } from '../../../testing/foreign-tokens-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';

/** Which organizations a token of a trusted issuer opens. */
export function foreignTokensOrganizationsContract(stage: ForeignTokensStage): void {
  const { trust, token, probe, statusOf } = stage;
  let db: TestDatabase;
  let world: IdentityWorld;
  let organizationId: string;
  beforeAll(() => {
    ({ db, world, organizationId } = stage.now());
  });

  test('lead nowhere else: another organization of the person is not found, and neither are operators’ rooms', async () => {
    await trust();
    const other = await world.join('other@there.example');
    const bearer = await token();
    const { userId } = (await probe(bearer)).json();
    await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')", [
      other.organizationId,
      userId,
    ]);
    await db.owner('update users set operator = true where id = $1', [userId]);
    const elsewhere = await probe(bearer, { 'x-organization-id': other.organizationId });
    const nowhere = await probe(bearer, { 'x-organization-id': world.ids() });
    expect(elsewhere.statusCode).toBe(404);
    const { requestId: _a, ...first } = elsewhere.json();
    const { requestId: _b, ...second } = nowhere.json();
    expect(first).toEqual(second);
    expect((await probe(bearer, { 'x-organization-id': 'x' })).statusCode).toBe(404);
    const operator = await world.http.inject({
      url: '/api/v1/operator/identity-providers',
      headers: { authorization: `Bearer ${bearer}` },
    });
    expect(operator.statusCode).toBe(401);
    expect((await probe(bearer)).json()).not.toHaveProperty('operator');
  });

  describe('of an issuer that serves several organizations', () => {
    let south: string;
    beforeAll(async () => {
      south = (await world.join('south@there.example')).organizationId;
    });
    const trustBoth = () =>
      trust({
        organizationClaim: ['department'],
        organizations: [
          { organizationId, claimValue: 'north' },
          { organizationId: south, claimValue: 'south' },
        ],
      });
    const about = { sub: 'person|both', email: 'both@acme.example' };

    test('open what each of them says, whatever another one of the same person has said', async () => {
      await trustBoth();
      const both = await token({ ...about, department: ['north', 'south'] });
      expect((await probe(both, { 'x-organization-id': south })).statusCode).toBe(200);
      const one = await token({ ...about, department: 'north' });
      expect((await probe(one)).json()).toMatchObject({ organizationId });
      const elsewhere = await probe(one, { 'x-organization-id': south });
      expect(elsewhere.json()).toMatchObject({ status: 404, code: 'identity.organization_not_found' });
    });

    test('open nothing where they say nothing of it', async () => {
      await trustBoth();
      expect(await statusOf(await token({ ...about, department: ['north', 'south'] }))).toBe(200);
      expect((await probe(await token(about))).json()).toMatchObject({
        ...{ status: 403, code: 'federation.no_access' },
      });
    });

    test('name no other organization, and do nothing to the account', async () => {
      await trustBoth();
      expect(await statusOf(await token({ ...about, department: ['north', 'south'] }))).toBe(200);
      const one = await token({ ...about, department: 'north' });
      const call = (method: 'GET' | 'PATCH' | 'POST' | 'DELETE', path: string, payload?: object) =>
        world.http.inject({
          ...{ method, url: `/api/v1${path}`, headers: { authorization: `Bearer ${one}` } },
          ...(payload ? { payload } : {}),
        });
      for (const path of ['/auth/me', '/organizations', '/auth/sessions', '/auth/identities'])
        expect((await call('GET', path)).body).not.toContain(south);
      expect((await call('GET', '/auth/sessions')).json()).toMatchObject({ items: [] });
      expect((await call('DELETE', '/auth/sessions')).json()).toEqual({ ended: 0 });
      const refused = { status: 403, code: 'identity.own_sign_in_required' };
      expect((await call('PATCH', '/auth/me', { name: 'Another' })).json()).toMatchObject(refused);
      expect((await call('POST', '/organizations', { name: 'West' })).json()).toMatchObject(refused);
      expect((await call('DELETE', '/auth/oidc/acme/link')).json()).toMatchObject(refused);
    });
  });

  test('reach an organization that is closed to passwords', async () => {
    await trust();
    await db.owner('update organizations set sso_only = true where id = $1', [organizationId]);
    expect(await statusOf(await token())).toBe(200);
  });
}
