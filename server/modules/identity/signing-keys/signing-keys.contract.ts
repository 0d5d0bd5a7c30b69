import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor, systemActor } from '../../../kernel/actor.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Http } from '../../../platform/http/index.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld } from '../../../testing/identity-world.ts';
import type { SigningKeyList } from './signing-keys.schemas.ts';

const OPERATOR = { 'x-admin-secret': 'the admin secret of the tests, long enough' };
const DAY = 86_400;
/** Seconds between a key's publication and its first token. */
const LEAD = 600;
const INSTANCE = instanceActor('test');

/** The life of signing keys on one kind of database. */
export function signingKeysContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`signing keys: ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    beforeEach(async () => {
      db = await open();
      world = await identityWorld(db);
    });
    afterEach(async () => {
      await world.close();
      await db.close();
    });

    const published = async (http: Http = world.http) => {
      const answer = await http.inject('/.well-known/jwks.json');
      expect(answer.statusCode).toBe(200);
      return answer.json<{ keys: Record<string, string>[] }>().keys;
    };
    const kids = async (http?: Http) => (await published(http)).map(({ kid }) => kid);
    const rotate = (payload: object = {}, headers: Record<string, string> = OPERATOR, http = world.http) =>
      http.inject({ method: 'POST', url: '/api/v1/operator/signing-keys/rotate', payload, headers });
    const probe = async (accessToken: string, http = world.http) =>
      (await http.inject({ url: '/api/v1/probe', headers: { authorization: `Bearer ${accessToken}` } }))
        .statusCode;
    const refresh = async (refreshToken: string, http = world.http) =>
      http.inject({ method: 'POST', url: '/api/v1/auth/refresh', payload: { refreshToken } });
    const login = async (email: string, http = world.http) => {
      const payload = { email, password: 'a password for tests' };
      const answer = await http.inject({ method: 'POST', url: '/api/v1/auth/login?transport=body', payload });
      return answer.json<{ accessToken: string; refreshToken: string }>();
    };
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;
    /** Another process on the same database that hears of changes. */
    const neighbour = async () => {
      const server = await world.withSettings({});
      const stop = await server.signingKeys.watch(db.database);
      return { ...server, stop };
    };

    test('processes that start together make one key, and it is written down', async () => {
      const servers = await Promise.all(Array.from({ length: 5 }, () => world.withSettings({})));
      const keys = await Promise.all(servers.map(({ signingKeys }) => signingKeys.keys.current()));
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
      expect(await db.owner('select id from signing_keys')).toEqual([{ id: keys[0]?.kid }]);
      expect(await world.audited('signing_key.created')).toMatchObject([{ targetId: keys[0]?.kid }]);
    });

    test('others verify our tokens with what is published, and nothing secret is', async () => {
      const { program } = await world.join('ada@example.org');
      const keys = await published();
      const { payload } = await jwtVerify(program.accessToken, createLocalJWKSet({ keys: keys.map(asJwk) }), {
        issuer: 'https://scriptorium.example',
        audience: 'scriptorium:api',
        typ: 'at+jwt',
        algorithms: ['EdDSA'],
        currentDate: world.clock(),
      });
      expect(payload.sub).toMatch(/^[0-9a-f-]{36}$/);
      expect(keys).toHaveLength(1);
      expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
      const answer = await world.http.inject('/.well-known/jwks.json');
      expect(answer.headers['cache-control']).toBe('public, max-age=300');
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect((await world.http.inject({ method: 'POST', url: '/.well-known/jwks.json' })).statusCode).toBe(
        404,
      );
    });

    test('the private half lies sealed, and is bound to its row', async () => {
      await world.signingKeys.keys.current();
      const [row] = await db.owner('select id, sealed_key from signing_keys');
      expect(Buffer.from(row?.sealed_key as Uint8Array).toString('latin1')).not.toMatch(/"d"|Ed25519/);
      const moved = 'A'.repeat(43);
      await db.owner(
        `insert into signing_keys select $1, sealed_key, active_from + interval '1 second', null, null, created_at, updated_at from signing_keys`,
        [moved],
      );
      world.pass(2);
      const fresh = await world.withSettings({});
      expect((await fresh.signingKeys.keys.current()).kid).toBe(row?.id);
      expect(await kids(fresh.http)).toEqual([row?.id]);
    });

    test('a rotation publishes the next key, signs with it later, and ends nobody’s sign-in', async () => {
      const { program } = await world.join('ada@example.org');
      const other = await neighbour();
      expect(await probe(program.accessToken, other.http)).toBe(200);
      const [first] = await kids();
      const answer = await rotate();
      expect(answer.statusCode).toBe(200);
      const [next, last] = answer.json().items;
      expect([next.status, last.status, last.id]).toEqual(['next', 'signing', first]);
      expect(await world.audited('signing_key.rotated')).toMatchObject([
        { targetId: next.id, details: { endSessions: false, before: [first] } },
      ]);

      await expect.poll(() => kids(other.http), { timeout: 30_000 }).toEqual([next.id, first]);
      world.pass(LEAD - 1);
      expect(kidOf((await login('ada@example.org', other.http)).accessToken)).toBe(first);
      const late = await login('ada@example.org');
      world.pass(1);
      const { accessToken, refreshToken } = await login('ada@example.org', other.http);
      expect(kidOf(accessToken)).toBe(next.id);
      expect([await probe(accessToken), await probe(late.accessToken, other.http)]).toEqual([200, 200]);
      expect((await refresh(refreshToken)).statusCode).toBe(200);
      world.pass(900);
      expect((await refresh(late.refreshToken)).statusCode).toBe(200);
      expect(await kids()).toEqual([next.id, first]);
      world.pass(60);
      expect(await kids()).toEqual([next.id]);
      await other.stop();
    });

    test('a rotation while another one is under way is a conflict', async () => {
      await world.signingKeys.keys.current();
      const both = await Promise.all([rotate(), rotate()]);
      expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
      const refused = both.find(({ statusCode }) => statusCode === 409);
      expect(refused?.json()).toMatchObject({ code: 'identity.rotation_under_way' });
      expect(await kids()).toHaveLength(2);
      world.pass(LEAD);
      expect((await rotate()).statusCode).toBe(200);
    });

    test('ending all sessions refuses the old key at once, in every process, and lets nobody stay', async () => {
      const ada = await world.join('ada@example.org');
      const other = await neighbour();
      expect(await probe(ada.program.accessToken, other.http)).toBe(200);
      await rotate();
      const before = await kids();
      const answer = await rotate({ endSessions: true });
      const { items } = answer.json<SigningKeyList>();
      const signing = items.find(({ status }) => status === 'signing') ?? { id: '' };
      expect(items.map(({ status }) => status).sort()).toEqual(['ended', 'ended', 'signing']);
      expect(await kids()).toEqual([signing.id]);
      await expect.poll(() => kids(other.http), { timeout: 30_000 }).toEqual([signing.id]);
      const servers = [world.http, other.http];
      for (const http of servers) {
        expect(await probe(ada.program.accessToken, http)).toBe(401);
        expect((await refresh(ada.program.refreshToken, http)).statusCode).toBe(401);
        expect(await other.signingKeys.keys.find(kidOf(ada.program.accessToken) ?? '')).toBeUndefined();
        expect(await probe((await login('ada@example.org', http)).accessToken)).toBe(200);
      }
      expect(await db.owner('select id from sessions where revoked_at is null')).toHaveLength(2);
      const [, entry] = await world.audited('signing_key.rotated');
      const details = { endSessions: true, before: expect.arrayContaining(before) };
      expect(entry).toMatchObject({ targetId: signing.id, details });
      await other.stop();
    });

    test.each<[string, Record<string, string>, number]>([
      ['nobody', {}, 401],
      ['a wrong secret', { 'x-admin-secret': 'wrong' }, 401],
    ])('%s may neither see nor change keys', async (_who, headers, status) => {
      await world.signingKeys.keys.current();
      const before = await kids();
      expect((await rotate({ endSessions: true }, headers)).statusCode).toBe(status);
      expect((await world.http.inject({ url: '/api/v1/operator/signing-keys', headers })).statusCode).toBe(
        status,
      );
      expect(await kids()).toEqual(before);
    });

    test('an organization’s admin is no operator', async () => {
      const { browser, organizationId } = await world.join('ada@example.org');
      const headers = { authorization: `Bearer ${browser.accessToken}` };
      expect((await rotate({}, headers)).statusCode).toBe(403);
      expect((await world.http.inject({ url: '/api/v1/operator/signing-keys', headers })).statusCode).toBe(
        403,
      );
      const actor = systemActor(organizationId, 'test');
      await expect(world.signingKeys.service.rotate(actor, { endSessions: true })).rejects.toMatchObject({
        kind: 'forbidden',
      });
      await expect(world.signingKeys.service.list(actor)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(world.signingKeys.service.sweep(actor)).rejects.toMatchObject({ kind: 'forbidden' });
    });

    test.each([{ endSessions: 'yes' }, { endSessions: 1 }, { more: true }, [], 'x', null])(
      'a body of %j is refused',
      async (payload) => {
        const answer = await world.http.inject({
          method: 'POST',
          url: '/api/v1/operator/signing-keys/rotate',
          headers: { ...OPERATOR, 'content-type': 'application/json' },
          payload: JSON.stringify(payload),
        });
        expect(answer.statusCode).toBe(422);
      },
    );

    test('under another secret a new key is made, old tokens are refused, and the list says why', async () => {
      const { program } = await world.join('ada@example.org');
      const [first] = await kids();
      const changed = await world.withSettings({ secretKey: 'a secret that was changed since then' });
      expect(await probe(program.accessToken, changed.http)).toBe(401);
      expect((await refresh(program.refreshToken, changed.http)).statusCode).toBe(401);
      expect(await probe((await login('ada@example.org', changed.http)).accessToken, changed.http)).toBe(200);
      const [second] = await kids(changed.http);
      expect(await kids(changed.http)).toEqual([second]);
      const { items } = await changed.signingKeys.service.list(INSTANCE);
      expect(items.map(({ id, usable }) => [id, usable]).sort()).toEqual(
        [
          [first, false],
          [second, true],
        ].sort(),
      );
      // Where two processes have different secrets, neither takes the other's keys away.
      expect(await probe(program.accessToken)).toBe(200);
    });

    test('a key that somebody writes into the database is not accepted', async () => {
      const stranger = await world.withSettings({ secretKey: 'a secret of somebody else entirely' });
      const theirs = await stranger.signingKeys.keys.current();
      const { program } = await world.join('ada@example.org');
      expect(await kids()).not.toContain(theirs.kid);
      expect(await world.signingKeys.keys.find(theirs.kid)).toBeUndefined();
      expect(kidOf(program.accessToken)).not.toBe(theirs.kid);
    });

    test('a key gets its successor by itself, and what has ended is forgotten', async () => {
      const { service, keys } = world.signingKeys;
      const first = await keys.current();
      world.pass(90 * DAY);
      await service.sweep(INSTANCE);
      expect(await db.owner('select id from signing_keys')).toHaveLength(1);
      world.pass(1);
      await service.sweep(INSTANCE);
      await service.sweep(INSTANCE);
      expect(await db.owner('select id from signing_keys')).toHaveLength(2);
      const secrets = () =>
        db.owner('select sealed_key is null as forgotten from signing_keys where id = $1', [first.kid]);
      world.pass(LEAD + 900 + 61);
      await service.sweep(INSTANCE);
      expect(await secrets()).toEqual([{ forgotten: true }]);
      world.pass(30 * DAY);
      await service.sweep(INSTANCE);
      expect(await secrets()).toEqual([]);
    });

    test('with rotation off a key stays', async () => {
      const off = await world.withSettings({ signingKeyDays: 0 });
      await off.signingKeys.keys.current();
      world.pass(1000 * DAY);
      await off.signingKeys.service.sweep(INSTANCE);
      expect(await db.owner('select id from signing_keys')).toHaveLength(1);
    });

    test('the table is the instance’s alone, and keys cannot be rewritten', async () => {
      await world.signingKeys.keys.current();
      const { uow } = db.database;
      const run = (actor: typeof INSTANCE, text: string) =>
        uow.write(actor, (tx) => db.database.executor(tx).execute(text));
      const tenant = systemActor(newId(), 'test');
      expect((await run(tenant, 'select id from signing_keys')).rows).toEqual([]);
      expect((await run(tenant, 'delete from signing_keys')).rowCount).toBe(0);
      const copy = `insert into signing_keys values (repeat('A', 43), 'x', now(), null, null, now(), now())`;
      await expect(run(tenant, copy)).rejects.toThrow(/row-level security/);
      for (const column of ['id', 'active_from', 'created_at'])
        await expect(run(INSTANCE, `update signing_keys set ${column} = ${column}`)).rejects.toThrow(
          /permission denied/,
        );
    });
  });
}

function asJwk(members: Record<string, string>) {
  return { kty: '', ...members };
}
