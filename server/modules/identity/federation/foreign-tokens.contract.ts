import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { type HostileProvider, startHostileProvider } from '../../../testing/hostile-provider.ts';
import { type IdentityWorld, identityWorld } from '../../../testing/identity-world.ts';
import { issuerKeyPair } from '../../../testing/token-issuer.ts';

const SECRET = { 'x-admin-secret': 'the admin secret of the tests, long enough' };
const AUDIENCE = 'https://api.scriptorium.example';

let serial = 0;

/** Access tokens of trusted issuers as bearer tokens, on one kind of database. */
export function foreignTokensContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`bearer tokens of trusted issuers: ${name}`, () => {
    let db: TestDatabase;
    let issuer: HostileProvider;
    let world: IdentityWorld;
    let organizationId: string;
    let providerId: string;

    beforeAll(async () => {
      db = await open();
      issuer = await startHostileProvider();
      world = await identityWorld(db, { reach: [issuer.place] });
      ({ organizationId } = await world.join('founder@here.example'));
    });
    afterAll(async () => {
      await world.close();
      await issuer.close();
      await db.close();
    });
    beforeEach(async () => {
      issuer.reset();
      await db.owner('delete from identity_providers');
      await db.owner("delete from users where email like '%@acme.example'");
      await db.owner('update organizations set sso_only = false');
    });

    async function trust(settings: object = {}) {
      const made = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/operator/identity-providers', headers: SECRET },
        payload: {
          ...{
            slug: 'acme',
            label: 'Acme',
            issuer: issuer.issuer,
            bearerAudience: AUDIENCE,
            createUsers: true,
          },
          organizations: [{ organizationId, claimValue: null }],
          ...settings,
        },
      });
      expect(made.statusCode, made.body).toBe(201);
      providerId = made.json().id;
      // The list of issuers is believed for five seconds.
      world.pass(6);
    }
    async function change(settings: object, version = 1) {
      const changed = await world.http.inject({
        ...{ method: 'PATCH', url: `/api/v1/operator/identity-providers/${providerId}`, payload: settings },
        headers: { ...SECRET, 'if-match': `"${version}"` },
      });
      expect(changed.statusCode, changed.body).toBe(200);
    }
    function token(claims: object = {}, header = {}, key = issuer.key) {
      const at = Math.floor(world.clock().getTime() / 1000);
      const sub = `person|${serial++}`;
      const about = { sub, email: `p${serial}@acme.example`, email_verified: true, name: 'A person' };
      return issuer.idToken({ aud: AUDIENCE, iat: at, exp: at + 3600, ...about, ...claims }, header, key);
    }
    const probe = (bearer: string, headers: Record<string, string> = {}) =>
      world.http.inject({ url: '/api/v1/probe', headers: { authorization: `Bearer ${bearer}`, ...headers } });
    const statusOf = async (bearer: string) => (await probe(bearer)).statusCode;

    test('are who they say, in the organization that their issuer leads to', async () => {
      await trust();
      const bearer = await token();
      const answer = await probe(bearer);
      expect(answer.json()).toMatchObject({ kind: 'user', organizationId, role: 'regular' });
      expect(answer.json()).not.toHaveProperty('credentialId');
      const { userId } = answer.json();
      expect((await probe(bearer)).json()).toMatchObject({ userId });
      const write = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/probe', headers: { authorization: `Bearer ${bearer}` } },
      });
      expect(write.json()).toMatchObject({ userId });
      expect(await world.audited('member.added')).toContainEqual(
        expect.objectContaining({ targetId: userId }),
      );
    });

    test('of one person are the same person, and twenty at once make one account', async () => {
      await trust();
      const about = { sub: 'person|same', email: 'same@acme.example' };
      const tokens = await Promise.all([token(about), token({ ...about, jti: '2' })]);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => probe(tokens[index % 2] ?? '')),
      );
      const people = new Set(answers.map((answer) => answer.json().userId));
      expect([...people]).toHaveLength(1);
      expect(await db.owner("select from users where email = 'same@acme.example'")).toHaveLength(1);
    });

    test.each<[string, () => Promise<string>]>([
      ['another audience', () => token({ aud: 'https://other.example' })],
      ['another issuer', () => token({ iss: 'https://other.example' })],
      ['an issuer that only begins so', () => token({ iss: `${issuer.issuer}/` })],
      ['expired', () => token({ exp: Math.floor(world.clock().getTime() / 1000) - 60 })],
      ['no expiry', () => token({ exp: undefined })],
      ['an ID token’s type of another purpose', () => token({}, { typ: 'logout+jwt' })],
      ['a key that is not published', async () => token({}, {}, await issuerKeyPair('RS256', 'first'))],
      [
        'an embedded key',
        async () => {
          const own = await issuerKeyPair('RS256', 'own');
          return token({}, { jwk: own.publicJwk }, own);
        },
      ],
      ['padding', async () => `${await token()}=`],
      ['no subject', () => token({ sub: undefined })],
    ])('are refused: %s', async (_name, make) => {
      await trust();
      expect((await probe(await make())).json()).toMatchObject({
        status: 401,
        code: 'identity.invalid_token',
      });
    });

    test('are not taken from a cookie, and not where nobody trusts the issuer', async () => {
      world.pass(6);
      const bearer = await token();
      expect(await statusOf(bearer)).toBe(401);
      await trust({ bearerAudience: null });
      expect(await statusOf(bearer)).toBe(401);
      await db.owner('delete from identity_providers');
      await trust();
      const cookie = await world.http.inject({
        url: '/api/v1/probe',
        headers: { cookie: `__Host-scriptorium_access=${bearer}` },
      });
      expect(cookie.statusCode).toBe(401);
      expect(await statusOf(bearer)).toBe(200);
    });

    test('of people who may not come are refused with the reason', async () => {
      await trust({ createUsers: false });
      expect((await probe(await token())).json()).toMatchObject({ code: 'federation.account_required' });
      await change({ createUsers: true, emailDomains: ['other.example'] });
      world.pass(6);
      expect((await probe(await token())).json()).toMatchObject({ code: 'federation.domain_not_allowed' });
      await change({ emailDomains: [] }, 2);
      world.pass(6);
      expect((await probe(await token({ email_verified: false }))).json()).toMatchObject({
        code: 'federation.email_not_verified',
      });
    });

    test('a removed membership, a disabled person and a switched-off issuer count from the next request on', async () => {
      await trust();
      const bearer = await token();
      const { userId } = (await probe(bearer)).json();
      await db.owner('update users set disabled_at = now() where id = $1', [userId]);
      expect(await statusOf(bearer)).toBe(401);
      await db.owner('update users set disabled_at = null where id = $1', [userId]);
      await db.owner("update memberships set role = 'power' where user_id = $1", [userId]);
      expect((await probe(bearer)).json()).toMatchObject({ role: 'power' });
      await db.owner('delete from memberships where user_id = $1', [userId]);
      expect(await statusOf(bearer)).toBe(404);
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        organizationId,
        userId,
      ]);
      expect(await statusOf(bearer)).toBe(200);
      await change({ enabled: false });
      expect(await statusOf(bearer)).toBe(401);
    });

    test('an issuer that was switched off a moment ago makes no accounts', async () => {
      await trust();
      expect(await statusOf(await token())).toBe(200);
      await change({ enabled: false });
      const late = { sub: 'person|late', email: 'late@acme.example' };
      expect(await statusOf(await token(late))).toBe(401);
      expect(await db.owner("select from users where email = 'late@acme.example'")).toEqual([]);
    });

    test('a role follows only what the token says', async () => {
      await trust({
        ...{ roleClaim: ['https://scriptorium.example/roles'], roles: { boss: 'admin', staff: 'power' } },
        ...{ defaultRole: 'guest', syncRoles: true },
      });
      const as = async (roles: unknown) =>
        (
          await probe(
            await token({
              sub: 'person|role',
              email: 'role@acme.example',
              'https://scriptorium.example/roles': roles,
            }),
          )
        ).json().role;
      expect(await as(['staff'])).toBe('power');
      expect(await as(undefined)).toBe('power');
      expect(await as(['boss'])).toBe('admin');
      expect(await as([])).toBe('guest');
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

    test('keys of the issuer follow one another', async () => {
      await trust();
      expect(await statusOf(await token())).toBe(200);
      const next = await issuerKeyPair('ES256', 'second');
      issuer.publish(issuer.key, next);
      world.pass(61);
      expect(await statusOf(await token({}, {}, next))).toBe(200);
    });

    test('an issuer that does not answer is said to be away, is not asked for each token, and comes back', async () => {
      let asked = 0;
      issuer.answer('/.well-known/openid-configuration', (response) => {
        asked += 1;
        response.writeHead(500).end();
      });
      await trust();
      for (let count = 0; count < 5; count += 1)
        expect((await probe(await token())).json()).toMatchObject({
          status: 503,
          code: 'auth.issuer_unavailable',
        });
      expect(asked).toBe(1);
      issuer.reset();
      world.pass(11);
      expect(await statusOf(await token())).toBe(200);
    });

    test('our own tokens never ask an issuer', async () => {
      await trust();
      let asked = 0;
      issuer.answer('/jwks', (response) => {
        asked += 1;
        response.writeHead(500).end();
      });
      const joined = await world.join(`own${serial++}@there.example`);
      expect(await statusOf(joined.program.accessToken)).toBe(200);
      expect(asked).toBe(0);
    });
  });
}
