import { TOTP } from 'otpauth';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { federationStage } from '../../../testing/federation-stage.ts';
import { ADMIN_SECRET, type FederationWorld, failureOf, ORIGIN } from '../../../testing/federation-world.ts';

const NOT_FOUND = { status: 404, code: 'identity.organization_not_found' };

/**
 * A provider that serves two organizations, and says by a claim of which of them somebody comes. Each has a connection there that it
 * looks after, and so can make the provider say “this is she” about anybody, and of its own organization alone.
 */
export function claimConfinementContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`a provider that leads to several organizations: ${name}`, () => {
    const stage = federationStage(open);
    let db: TestDatabase;
    let world: FederationWorld;
    let north: string;
    let south: string;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      north = world.organizationId;
      south = (await world.join('south@there.example')).organizationId;
    });
    beforeEach(() => world.reset());

    const trust = (settings: object = {}) =>
      world.trust({
        organizationClaim: ['department'],
        organizations: [
          { organizationId: north, claimValue: 'north' },
          { organizationId: south, claimValue: 'south' },
        ],
        ...settings,
      });
    const cookieOf = (by: Browser) =>
      [...by.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
    const get = (by: Browser, path: string, headers: Record<string, string> = {}) =>
      world.http.inject({ url: `/api/v1${path}`, headers: { cookie: cookieOf(by), ...headers } });
    async function post(by: Browser, path: string, payload: object) {
      const { csrfToken } = (await world.me(by)).json();
      const headers = { cookie: cookieOf(by), 'x-csrf-token': String(csrfToken) };
      return world.http.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
    }
    /** Which of the two a browser reaches, by asking for each. */
    async function reached(by: Browser): Promise<string[]> {
      const found = [];
      for (const [label, id] of [['north', north] as const, ['south', south] as const]) {
        const { statusCode } = await get(by, '/probe', { 'x-organization-id': id });
        if (statusCode === 200) found.push(label);
        else expect(statusCode, label).toBe(404);
      }
      return found;
    }
    /** From now on the provider says of the person that they come from there. */
    function says(login: string, department: readonly string[]): void {
      world.provider.people.set(login, { ...world.provider.people.get(login), department });
    }
    /** Signs in anew, as from there. */
    async function comes(login: string, department: readonly string[]): Promise<Browser> {
      says(login, department);
      const by = world.browser();
      await world.signIn(login, by);
      return by;
    }
    /** Somebody who belongs to both, because the provider once said so. */
    async function ofBoth(settings: object = {}) {
      await trust(settings);
      const login = world.person();
      const first = await comes(login, ['north', 'south']);
      const { id } = (await world.me(first)).json().user;
      return { login, first, userId: String(id) };
    }

    test('opens both to whom it says to come from both', async () => {
      const { first } = await ofBoth();
      expect(await reached(first)).toEqual(['north', 'south']);
      const entered = await post(first, '/auth/organization', { organizationId: south });
      expect(entered.json()).toMatchObject({ organization: { id: south } });
    });

    test('a sign-in as from one opens that one: not the other, not its name, and not for who knows its id', async () => {
      const { login } = await ofBoth();
      const hostile = await comes(login, ['north']);
      expect(await reached(hostile)).toEqual(['north']);
      const there = await get(hostile, '/probe', { 'x-organization-id': south });
      const nowhere = await get(hostile, '/probe', { 'x-organization-id': world.ids() });
      const { requestId: _a, ...theirs } = there.json();
      const { requestId: _b, ...nobodys } = nowhere.json();
      expect(theirs).toEqual(nobodys);
      const entered = await post(hostile, '/auth/organization', { organizationId: south });
      expect(entered.json()).toMatchObject(NOT_FOUND);
      for (const path of ['/auth/me', '/organizations', '/auth/sessions']) {
        const { body, statusCode } = await get(hostile, path);
        expect([path, statusCode]).toEqual([path, 200]);
        expect(body).toContain(north);
        expect(body).not.toContain(south);
      }
    });

    test('refreshing keeps it', async () => {
      const { login } = await ofBoth();
      const hostile = await comes(login, ['south']);
      const refreshed = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie: cookieOf(hostile) } },
      });
      expect(refreshed.json()).toMatchObject({ organization: { id: south } });
      const headers = { authorization: `Bearer ${refreshed.json().accessToken}`, 'x-organization-id': north };
      expect((await world.http.inject({ url: '/api/v1/probe', headers })).json()).toMatchObject(NOT_FOUND);
    });

    test('a claim that is lost closes the organization to the next sign-in; the one before goes on', async () => {
      const { login, first } = await ofBoth();
      expect(await reached(await comes(login, ['south']))).toEqual(['south']);
      says(login, []);
      expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
      expect(await reached(first)).toEqual(['north', 'south']);
    });

    test('where operators lead it elsewhere, sessions that are open lose it too, and gain nothing', async () => {
      const { login, first } = await ofBoth();
      const one = await comes(login, ['north']);
      await db.owner("update identity_provider_organizations set claim_value = ''");
      expect(await reached(one)).toEqual(['north']);
      await db.owner('delete from identity_provider_organizations where organization_id = $1', [south]);
      expect(await reached(first)).toEqual(['north']);
    });

    test('a provider that is connected later opens its own, and nothing more to sessions of the first', async () => {
      const { login, userId } = await ofBoth();
      const hostile = await comes(login, ['north']);
      const other = await world.operate('POST', '/identity-providers', {
        ...{ slug: 'other', label: 'South alone', issuer: 'https://south.example' },
        organizations: [{ organizationId: south, claimValue: null }],
      });
      await db.owner(
        `insert into federated_identities (issuer, subject, id, user_id, provider_id, created_at, updated_at)
         values ('https://south.example', 'she', gen_random_uuid(), $1, $2, now(), now())`,
        [userId, other.json().id],
      );
      expect(await reached(hostile)).toEqual(['north']);
      expect(await reached(await comes(login, ['north']))).toEqual(['north']);
    });

    test('a second factor that is asked for in between changes nothing', async () => {
      const { login } = await ofBoth();
      const enrolling = await comes(login, ['north', 'south']);
      const { secret } = (await post(enrolling, '/auth/second-factor', {})).json();
      const code = () => new TOTP({ secret }).generate({ timestamp: world.clock().getTime() });
      const confirmed = await post(enrolling, '/auth/second-factor/confirm', { code: code() });
      expect(confirmed.statusCode, confirmed.body).toBe(200);
      world.pass(60);
      says(login, ['north']);
      const landed = await world.signIn(login, world.browser());
      const challenge = new URLSearchParams(landed.url.hash.slice(1)).get('challenge');
      const answered = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/login/second-factor?transport=body' },
        payload: { challenge, code: code() },
      });
      expect(answered.json()).toMatchObject({ organization: { id: north } });
      const headers = { authorization: `Bearer ${answered.json().accessToken}`, 'x-organization-id': south };
      expect((await world.http.inject({ url: '/api/v1/probe', headers })).json()).toMatchObject(NOT_FOUND);
    });

    test('a session that has disconnected its account opens no more than before', async () => {
      await trust();
      const login = world.person();
      const alone = await comes(login, ['north']);
      const { id } = (await world.me(alone)).json().user;
      await db.owner("update users set password_hash = 'some' where id = $1", [id]);
      const { csrfToken } = (await world.me(alone)).json();
      const left = await world.http.inject({
        ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link' },
        headers: { cookie: cookieOf(alone), 'x-csrf-token': String(csrfToken) },
      });
      expect(left.statusCode, left.body).toBe(204);
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        south,
        id,
      ]);
      expect(await reached(alone)).toEqual(['north']);
    });

    test('its sign-in makes nobody an operator, unless operators trust it with everything', async () => {
      const { login, userId, first } = await ofBoth();
      await db.owner('update users set operator = true where id = $1', [userId]);
      const instance = (by: Browser) => get(by, '/operator/identity-providers');
      expect((await instance(first)).statusCode).toBe(403);
      expect((await world.me(first)).json()).toMatchObject({ operator: false });
      await db.owner('update identity_providers set opens_everything = true');
      expect((await instance(first)).statusCode).toBe(403);
      const trusted = await comes(login, ['north']);
      expect((await instance(trusted)).statusCode).toBe(200);
      await db.owner('update identity_providers set opens_everything = false');
      expect((await instance(trusted)).statusCode).toBe(403);
      expect(await reached(trusted)).toEqual(['north']);
    });

    test('an organization that they would make is refused, because they could not enter it', async () => {
      const { first } = await ofBoth();
      const refused = { status: 403, code: 'identity.own_sign_in_required' };
      expect((await post(first, '/organizations', { name: 'West' })).json()).toMatchObject(refused);
      await db.owner('update identity_providers set opens_everything = true');
      const login = world.person();
      const trusted = await comes(login, ['north']);
      const made = await post(trusted, '/organizations', { name: 'West' });
      expect(made.statusCode, made.body).toBe(201);
      const entered = await post(trusted, '/auth/organization', { organizationId: made.json().id });
      expect(entered.json()).toMatchObject({ organization: { name: 'West', role: 'admin' } });
    });

    test('what it tells of a person changes their account only where they belong to nothing but what it speaks of', async () => {
      const secret = 'a-token-that-was-agreed-on';
      const { login, userId } = await ofBoth({
        ...{ webhook: { format: 'auth0', secrets: [secret] }, emailDomains: ['acme.example'] },
      });
      let serial = 0;
      async function tells(claims: object): Promise<unknown> {
        const answer = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/webhooks/acme' },
          headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${secret}` },
          payload: JSON.stringify({
            ...{ id: `told_${serial++}`, specversion: '1.0', type: 'user.updated' },
            time: new Date(world.clock().getTime() + serial).toISOString(),
            data: { object: { user_id: login, email_verified: true, ...claims } },
          }),
        });
        expect(answer.statusCode, answer.body).toBe(204);
        const [user] = await db.owner('select name, email from users where id = $1', [userId]);
        return user;
      }
      const told = { email: 'attacker@acme.example', name: 'The attacker' };
      const stays = { name: `The ${login}`, email: `${login}@acme.example` };
      expect(await tells({ ...told, department: ['north'] })).toEqual(stays);
      expect(await tells(told)).toEqual(stays);
      await db.owner('delete from provisioned_memberships where user_id = $1 and organization_id = $2', [
        userId,
        south,
      ]);
      expect(await tells(told)).toEqual(stays);
      await db.owner('delete from memberships where user_id = $1 and organization_id = $2', [userId, south]);
      expect(await tells(told)).toEqual(told);
    });

    test('only operators say that it opens everything, and it is in the trail', async () => {
      const { id } = await trust();
      const headers = { authorization: `Bearer ${world.founder.program.accessToken}`, 'if-match': '"1"' };
      const url = `/api/v1/operator/identity-providers/${id}`;
      const payload = { opensEverything: true };
      expect((await world.http.inject({ method: 'PATCH', url, headers, payload })).statusCode).toBe(403);
      const changed = await world.http.inject({
        ...{ method: 'PATCH', url, payload, headers: { ...ADMIN_SECRET, 'if-match': '"1"' } },
      });
      expect(changed.json()).toMatchObject({ opensEverything: true });
      expect(
        await db.owner("select before, after from audit_events where action = 'identity_provider.changed'"),
      ).toEqual([{ before: { opensEverything: false }, after: { opensEverything: true } }]);
    });
  });
}
