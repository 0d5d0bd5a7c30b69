import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../../platform/auth/index.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld, type Joined } from '../../../testing/identity-world.ts';

const DAY = 86_400;

/** API keys over HTTP, on every database. */
export function apiKeysContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`API keys: ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let ada: Joined;
    let eve: Joined;
    let people = 0;

    beforeAll(async () => {
      db = await open();
      world = await identityWorld(db);
      ada = await world.join('ada@example.org');
      eve = await world.join('eve@example.org');
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });

    type Method = 'GET' | 'POST' | 'DELETE';
    const call = (token: string, method: Method, path: string, payload?: object, headers = {}) =>
      world.http.inject({
        method,
        url: `/api/v1${path}`,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(payload ? { payload } : {}),
      });
    const tokenOf = ({ program }: Joined) => program.accessToken;
    const make = (who: Joined, body: object = {}) =>
      call(tokenOf(who), 'POST', '/api-keys', { name: 'A key', scopes: ['search:read'], ...body });
    const keyOf = async (who: Joined, body: object = {}): Promise<{ id: string; key: string }> =>
      (await make(who, body)).json();
    const search = (key: string, headers = {}) => call(key, 'GET', '/probe/search', undefined, headers);
    const write = (key: string) => call(key, 'POST', '/probe/library');

    /** Somebody new with that role in Ada's organization, which they are signed in to. */
    async function colleague(role: string): Promise<Joined> {
      people += 1;
      const joined = await world.join(`colleague${people}@example.org`);
      await db.owner('insert into memberships (organization_id, user_id, role) values ($1, $2, $3)', [
        ada.organizationId,
        joined.userId,
        role,
      ]);
      await db.owner('delete from memberships where organization_id = $1', [joined.organizationId]);
      await db.owner('update sessions set organization_id = $1 where user_id = $2', [
        ada.organizationId,
        joined.userId,
      ]);
      const renewed = await world.http.inject({
        method: 'POST',
        url: '/api/v1/auth/refresh',
        payload: { refreshToken: joined.program.refreshToken },
      });
      return { ...joined, organizationId: ada.organizationId, program: renewed.json() };
    }

    const setRole = (who: Joined, role: string) =>
      db.owner('update memberships set role = $1 where user_id = $2 and organization_id = $3', [
        role,
        who.userId,
        ada.organizationId,
      ]);

    function expectRefused(answer: Awaited<ReturnType<typeof call>>): void {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'identity.invalid_api_key' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }

    test('a key is shown once, opens what its scope says and is somebody in one organization', async () => {
      const made = await make(ada, { name: '  Nightly import ' });
      expect(made.statusCode).toBe(201);
      const { key, ...view } = made.json();
      expect(made.headers['cache-control']).toBe('no-store');
      expect(made.headers.location).toBe(`/api/v1/api-keys/${view.id}`);
      expect(view).toEqual({
        id: expect.any(String),
        name: 'Nightly import',
        prefix: key.slice(0, 11),
        scopes: ['search:read'],
        role: 'admin',
        state: 'active',
        owner: { id: ada.userId, name: 'ada@example.org' },
        expiresAt: expect.stringContaining('2026-05-30T12:00:00'),
        lastUsedAt: null,
        revokedAt: null,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      });
      expect((await search(key)).json()).toEqual({
        kind: 'apiKey',
        userId: ada.userId,
        organizationId: ada.organizationId,
        role: 'admin',
        scopes: ['search:read'],
        requestId: expect.any(String),
        credentialId: view.id,
        address: '127.0.0.1',
      });
      expect((await call(tokenOf(ada), 'GET', `/api-keys/${view.id}`)).json()).toEqual(view);
      const stored = JSON.stringify(await db.owner('select * from api_keys'));
      expect(stored).not.toContain(key.slice(12, 40));
      expect(await world.audited('api_key.created')).toContainEqual(
        expect.objectContaining({
          targetId: view.id,
          userId: ada.userId,
          organizationId: ada.organizationId,
        }),
      );
    });

    test('without the scope, and where no key is enough, it is refused and says why', async () => {
      const { key } = await keyOf(ada);
      const unscoped = await write(key);
      expect(unscoped.statusCode).toBe(403);
      expect(unscoped.json()).toMatchObject({ code: 'identity.scope_required', scope: 'library:write' });
      for (const [method, path] of [
        ['GET', '/auth/me'],
        ['GET', '/api-keys'],
        ['POST', '/api-keys'],
        ['GET', '/probe'],
      ] as const) {
        const answer = await call(
          key,
          method,
          path,
          method === 'POST' ? { name: 'x', scopes: [] } : undefined,
        );
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({ code: 'identity.key_not_accepted' });
      }
    });

    test('a key finds out about itself, whatever its scope; without one there is nothing to find out', async () => {
      const { id, key } = await keyOf(ada, { scopes: ['ask:run'], role: 'guest' });
      const own = await call(key, 'GET', '/api-keys/current');
      expect(own.json()).toMatchObject({
        id,
        scopes: ['ask:run'],
        organization: { id: ada.organizationId, name: expect.any(String) },
      });
      expect(own.body).not.toContain(key);
      const person = await call(tokenOf(ada), 'GET', '/api-keys/current');
      expect(person.json()).toMatchObject({ status: 404, code: 'identity.api_key_not_found' });
    });

    test('a key is no way to operate the instance, even an operator’s', async () => {
      const boss = await colleague('admin');
      const { key } = await keyOf(boss);
      await db.owner('update users set operator = true where id = $1', [boss.userId]);
      const answer = await call(key, 'POST', '/probe/operator');
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'identity.operator_required' });
    });

    test('a key of another organization cannot be seen or ended, exactly like one that does not exist', async () => {
      const { id, key } = await keyOf(ada);
      for (const method of ['GET', 'DELETE'] as const) {
        const foreign = await call(tokenOf(eve), method, `/api-keys/${id}`);
        const nowhere = await call(tokenOf(eve), method, `/api-keys/${world.ids()}`);
        expect(foreign.statusCode).toBe(404);
        expect({ ...foreign.json(), requestId: '' }).toEqual({ ...nowhere.json(), requestId: '' });
      }
      const everybody = await call(tokenOf(eve), 'GET', '/api-keys?owner=everybody&limit=100');
      expect(everybody.json()).toEqual({ items: [], nextCursor: null });
      expect((await search(key)).statusCode).toBe(200);
    });

    test('a key belongs to one organization, whichever its person belongs to besides', async () => {
      const kim = await colleague('power');
      const { key } = await keyOf(kim);
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')", [
        eve.organizationId,
        kim.userId,
      ]);
      const elsewhere = await search(key, { 'x-organization-id': eve.organizationId });
      expect(elsewhere.statusCode).toBe(404);
      expect(elsewhere.json()).toMatchObject({ code: 'identity.organization_not_found' });
      expect((await search(key, { 'x-organization-id': ada.organizationId.toUpperCase() })).statusCode).toBe(
        200,
      );
    });

    test('everybody sees their own keys; admins see and end everybody’s', async () => {
      const lee = await colleague('regular');
      const max = await colleague('regular');
      const first = await keyOf(lee, { name: 'first' });
      world.pass(1);
      const second = await keyOf(lee, { name: 'second' });
      const own = await call(tokenOf(lee), 'GET', '/api-keys?limit=1');
      expect(own.json().items).toMatchObject([{ id: second.id }]);
      const rest = await call(tokenOf(lee), 'GET', `/api-keys?cursor=${own.json().nextCursor}`);
      expect(rest.json()).toMatchObject({ items: [{ id: first.id }], nextCursor: null });
      expect(JSON.stringify(rest.json())).not.toContain('token');

      expect((await call(tokenOf(max), 'GET', `/api-keys/${first.id}`)).statusCode).toBe(404);
      expect((await call(tokenOf(max), 'DELETE', `/api-keys/${first.id}`)).statusCode).toBe(404);
      const everybody = await call(tokenOf(max), 'GET', '/api-keys?owner=everybody');
      expect(everybody.json()).toMatchObject({ status: 403, code: 'identity.role_required' });

      const all = await call(tokenOf(ada), 'GET', '/api-keys?owner=everybody&limit=100');
      expect(all.json().items.map(({ id }: { id: string }) => id)).toEqual(
        expect.arrayContaining([first.id, second.id]),
      );
      expect((await call(tokenOf(ada), 'DELETE', `/api-keys/${first.id}`)).statusCode).toBe(204);
      expectRefused(await search(first.key));
    });

    test('a revoked key opens nothing from the next request on, and revoking again changes nothing', async () => {
      const { id, key } = await keyOf(ada);
      expect((await search(key)).statusCode).toBe(200);
      expect((await call(tokenOf(ada), 'DELETE', `/api-keys/${id}`)).statusCode).toBe(204);
      expectRefused(await search(key));
      expect((await call(tokenOf(ada), 'DELETE', `/api-keys/${id}`)).statusCode).toBe(204);
      expect((await call(tokenOf(ada), 'GET', `/api-keys/${id}`)).json()).toMatchObject({ state: 'revoked' });
      const audited = (await world.audited('api_key.revoked')).filter((event) => event.targetId === id);
      expect(audited).toHaveLength(1);
    });

    test('it counts for a server that has never heard of the revocation', async () => {
      const other = await world.withSettings({});
      const { id, key } = await keyOf(ada);
      const there = () =>
        other.http.inject({ url: '/api/v1/probe/search', headers: { authorization: `Bearer ${key}` } });
      expect((await there()).statusCode).toBe(200);
      await call(tokenOf(ada), 'DELETE', `/api-keys/${id}`);
      expectRefused(await there());
    });

    test('a key may at most what its person may now', async () => {
      const pat = await colleague('power');
      const { key } = await keyOf(pat, { scopes: ['search:read', 'library:write'] });
      expect((await write(key)).json()).toMatchObject({ role: 'power' });
      await setRole(pat, 'guest');
      expect((await search(key)).json()).toMatchObject({ role: 'guest' });
      const demoted = await write(key);
      expect(demoted.statusCode).toBe(403);
      expect(demoted.json()).toMatchObject({ code: 'identity.role_required' });
      await setRole(pat, 'admin');
      // Made as `power`, it does not rise with its person.
      expect((await search(key)).json()).toMatchObject({ role: 'power' });
    });

    test('a key can be made for less than its person may, never for more', async () => {
      const less = await keyOf(ada, { role: 'regular', scopes: ['library:write'] });
      expect((await write(less.key)).json()).toMatchObject({ code: 'identity.role_required' });
      const lou = await colleague('regular');
      const more = await make(lou, { role: 'power' });
      expect(more.statusCode).toBe(422);
      expect(more.json()).toMatchObject({ code: 'identity.role_above_own', errors: [{ path: '/role' }] });
    });

    test('whoever leaves the organization has no keys there, also when they come back', async () => {
      const ned = await colleague('regular');
      const { key } = await keyOf(ned);
      const membership = [ada.organizationId, ned.userId];
      await db.owner('delete from memberships where organization_id = $1 and user_id = $2', membership);
      expectRefused(await search(key));
      await db.owner(
        "insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')",
        membership,
      );
      expectRefused(await search(key));
    });

    test('a disabled person’s keys are dead while it lasts; a deleted person’s for ever', async () => {
      const oda = await colleague('regular');
      const { key } = await keyOf(oda);
      await db.owner('update users set disabled_at = now() where id = $1', [oda.userId]);
      expectRefused(await search(key));
      await db.owner('update users set disabled_at = null where id = $1', [oda.userId]);
      expect((await search(key)).statusCode).toBe(200);
      await db.owner('delete from users where id = $1', [oda.userId]);
      expectRefused(await search(key));
    });

    test('a suspended organization lets no key in and says why', async () => {
      const { key } = await keyOf(eve);
      await db.owner(
        "update organizations set suspended_at = now(), suspended_reason = 'Unpaid' where id = $1",
        [eve.organizationId],
      );
      for (const answer of [await search(key), await call(tokenOf(eve), 'GET', '/probe')]) {
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({
          code: 'identity.organization_suspended',
          detail: expect.stringContaining('Unpaid'),
        });
      }
      await db.owner('update organizations set suspended_at = null, suspended_reason = null where id = $1', [
        eve.organizationId,
      ]);
      expect((await search(key)).statusCode).toBe(200);
    });

    test.each([
      ['one that nobody made', () => newApiKey().key],
      ['one with a wrong checksum', () => `${newApiKey().key.slice(0, -1)}_`],
      ['a shortened one', () => newApiKey().key.slice(0, 40)],
      ['the prefix alone', () => 'sk_'],
      ['a hostile one', () => "sk_'or'1'='1"],
    ])('%s opens nothing', async (_case, key) => {
      expectRefused(await search(key()));
    });

    test('a key works as a bearer token only, and is in nobody’s way', async () => {
      const { key } = await keyOf(ada);
      const cookies = { scriptorium_access: key };
      const byCookie = await world.http.inject({ url: '/api/v1/probe/search', cookies });
      expect(byCookie.statusCode).toBe(401);
      const both = await world.http.inject({
        url: '/api/v1/probe/search',
        headers: { authorization: `Bearer ${key}` },
        cookies: ada.browser.cookies,
      });
      expect(both.json()).toMatchObject({ kind: 'apiKey' });
    });

    test('only admins make keys that do not expire', async () => {
      const endless = await make(ada, { expiresInDays: null });
      expect(endless.json()).toMatchObject({ expiresAt: null, state: 'active' });
      const roy = await colleague('power');
      const refused = await make(roy, { expiresInDays: null });
      expect(refused.statusCode).toBe(422);
      expect(refused.json()).toMatchObject({ code: 'identity.key_must_expire' });
    });

    test.each([
      ['no scope', { scopes: [] }],
      ['a scope twice', { scopes: ['search:read', 'search:read'] }],
      ['an unknown scope', { scopes: ['everything'] }],
      ['a blank name', { name: ' ' }],
      ['a name with a line break', { name: 'a\nb' }],
      ['a name that is too long', { name: 'x'.repeat(201) }],
      ['no life', { expiresInDays: 0 }],
      ['half a day', { expiresInDays: 0.5 }],
      ['more than a year', { expiresInDays: 367 }],
      ['a number as text', { expiresInDays: '7' }],
      ['an unknown role', { role: 'owner' }],
      ['an unknown field', { key: 'sk_mine' }],
    ])('a key with %s is refused', async (_case, body) => {
      const answer = await make(ada, body);
      expect(answer.statusCode).toBe(422);
    });

    test('guests make no keys', async () => {
      const guest = await colleague('guest');
      expect((await make(guest)).json()).toMatchObject({ status: 403, code: 'identity.role_required' });
    });

    test('a person has at most a hundred keys in use, also when they ask for many at once', async () => {
      const sam = await colleague('regular');
      await db.owner(
        `insert into api_keys (organization_id, id, user_id, name, prefix, token_hash, role, scopes, created_at, updated_at)
         select $1, gen_random_uuid(), $2, 'many', 'sk_x', sha256((n || $3)::bytea), 'regular', '{}', now(), now()
         from generate_series(1, 98) n`,
        [ada.organizationId, sam.userId, sam.userId],
      );
      const answers = await Promise.all(Array.from({ length: 5 }, () => make(sam)));
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 201, 409, 409, 409]);
    });

    test('when a key was last used is written to the minute, and once for many uses', async () => {
      const once = await world.withSettings({});
      const { id, key } = await keyOf(ada);
      world.pass(61);
      for (let use = 0; use < 3; use += 1) {
        const answer = await once.http.inject({
          url: '/api/v1/probe/search',
          headers: { authorization: `Bearer ${key}` },
        });
        expect(answer.statusCode).toBe(200);
      }
      const usedAt = () => db.owner('select last_used_at from api_keys where id = $1', [id]);
      expect(await usedAt()).toEqual([{ last_used_at: null }]);
      await once.close();
      const minute = Math.floor(world.clock().getTime() / 60_000) * 60_000;
      const [row] = await usedAt();
      expect(new Date(String(row?.last_used_at)).getTime()).toBe(minute);
    });

    test('the database shows an organization’s keys to nobody else', async () => {
      await keyOf(eve);
      const visible = (organizationId: string | null) =>
        db.database.uow.read(
          { kind: 'user', userId: null, organizationId, role: 'admin', scopes: [], requestId: 'test' },
          async (tx) => (await db.database.executor(tx).execute('select organization_id from api_keys')).rows,
        );
      expect(new Set((await visible(eve.organizationId)).map((row) => row.organization_id))).toEqual(
        new Set([eve.organizationId]),
      );
      expect(await visible(null)).toEqual([]);
    });

    // The last one: after it everybody's access tokens have ended.
    test('a key expires to the second', async () => {
      const ida = await colleague('regular');
      const { id, key } = await keyOf(ida, { expiresInDays: 1 });
      world.pass(DAY - 1);
      expect((await search(key)).statusCode).toBe(200);
      world.pass(1);
      expectRefused(await search(key));
      const fresh = await world.http.inject({
        method: 'POST',
        url: '/api/v1/auth/login?transport=body',
        payload: { email: 'ada@example.org', password: 'a password for tests' },
      });
      const view = await call(fresh.json().accessToken, 'GET', `/api-keys/${id}`);
      expect(view.json()).toMatchObject({ state: 'expired' });
    });
  });
}
