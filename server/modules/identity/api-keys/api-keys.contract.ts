import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiKeysWorld, apiKeysWorld } from '../../../testing/api-keys-world.ts';
import type { TestDatabase } from '../../../testing/database.ts';

/** Who makes, sees and ends API keys, over HTTP, on every database. */
export function apiKeysContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`managing API keys: ${name}`, () => {
    let keys: ApiKeysWorld;
    beforeAll(async () => {
      keys = await apiKeysWorld(await open());
    });
    afterAll(() => keys.close());

    test('a key is shown once, opens what its scope says and is somebody in one organization', async () => {
      const made = await keys.make(keys.ada, { name: '  Nightly import ' });
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
        owner: { id: keys.ada.userId, name: 'ada@example.org' },
        expiresAt: expect.stringContaining('2026-05-30T12:00:00'),
        lastUsedAt: null,
        revokedAt: null,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      });
      expect((await keys.search(key)).json()).toEqual({
        kind: 'apiKey',
        userId: keys.ada.userId,
        organizationId: keys.ada.organizationId,
        role: 'admin',
        scopes: ['search:read'],
        requestId: expect.any(String),
        credentialId: view.id,
        address: '127.0.0.1',
      });
      expect((await keys.call(keys.tokenOf(keys.ada), 'GET', `/api-keys/${view.id}`)).json()).toEqual(view);
      const stored = JSON.stringify(await keys.db.owner('select * from api_keys'));
      expect(stored).not.toContain(key.slice(12, 40));
      expect(await keys.world.audited('api_key.created')).toContainEqual(
        expect.objectContaining({
          targetId: view.id,
          userId: keys.ada.userId,
          organizationId: keys.ada.organizationId,
        }),
      );
    });

    test('a key of another organization cannot be seen or ended, exactly like one that does not exist', async () => {
      const { id, key } = await keys.keyOf(keys.ada);
      for (const method of ['GET', 'DELETE'] as const) {
        const foreign = await keys.call(keys.tokenOf(keys.eve), method, `/api-keys/${id}`);
        const nowhere = await keys.call(keys.tokenOf(keys.eve), method, `/api-keys/${keys.world.ids()}`);
        expect(foreign.statusCode).toBe(404);
        expect({ ...foreign.json(), requestId: '' }).toEqual({ ...nowhere.json(), requestId: '' });
      }
      const everybody = await keys.call(keys.tokenOf(keys.eve), 'GET', '/api-keys?owner=everybody&limit=100');
      expect(everybody.json()).toEqual({ items: [], nextCursor: null });
      expect((await keys.search(key)).statusCode).toBe(200);
    });

    test('everybody sees their own keys; admins see and end everybody’s', async () => {
      const lee = await keys.colleague('regular');
      const max = await keys.colleague('regular');
      const first = await keys.keyOf(lee, { name: 'first' });
      keys.world.pass(1);
      const second = await keys.keyOf(lee, { name: 'second' });
      const own = await keys.call(keys.tokenOf(lee), 'GET', '/api-keys?limit=1');
      expect(own.json().items).toMatchObject([{ id: second.id }]);
      const rest = await keys.call(keys.tokenOf(lee), 'GET', `/api-keys?cursor=${own.json().nextCursor}`);
      expect(rest.json()).toMatchObject({ items: [{ id: first.id }], nextCursor: null });
      expect(JSON.stringify(rest.json())).not.toContain('token');

      expect((await keys.call(keys.tokenOf(max), 'GET', `/api-keys/${first.id}`)).statusCode).toBe(404);
      expect((await keys.call(keys.tokenOf(max), 'DELETE', `/api-keys/${first.id}`)).statusCode).toBe(404);
      const everybody = await keys.call(keys.tokenOf(max), 'GET', '/api-keys?owner=everybody');
      expect(everybody.json()).toMatchObject({ status: 403, code: 'identity.role_required' });

      const all = await keys.call(keys.tokenOf(keys.ada), 'GET', '/api-keys?owner=everybody&limit=100');
      expect(all.json().items.map(({ id }: { id: string }) => id)).toEqual(
        expect.arrayContaining([first.id, second.id]),
      );
      expect((await keys.call(keys.tokenOf(keys.ada), 'DELETE', `/api-keys/${first.id}`)).statusCode).toBe(
        204,
      );
      keys.expectRefused(await keys.search(first.key));
    });

    test('a revoked key opens nothing from the next request on, and revoking again changes nothing', async () => {
      const { id, key } = await keys.keyOf(keys.ada);
      expect((await keys.search(key)).statusCode).toBe(200);
      expect((await keys.call(keys.tokenOf(keys.ada), 'DELETE', `/api-keys/${id}`)).statusCode).toBe(204);
      keys.expectRefused(await keys.search(key));
      expect((await keys.call(keys.tokenOf(keys.ada), 'DELETE', `/api-keys/${id}`)).statusCode).toBe(204);
      expect((await keys.call(keys.tokenOf(keys.ada), 'GET', `/api-keys/${id}`)).json()).toMatchObject({
        state: 'revoked',
      });
      const audited = (await keys.world.audited('api_key.revoked')).filter((event) => event.targetId === id);
      expect(audited).toHaveLength(1);
    });

    test('only admins make keys that do not expire', async () => {
      const endless = await keys.make(keys.ada, { expiresInDays: null });
      expect(endless.json()).toMatchObject({ expiresAt: null, state: 'active' });
      const roy = await keys.colleague('power');
      const refused = await keys.make(roy, { expiresInDays: null });
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
      const answer = await keys.make(keys.ada, body);
      expect(answer.statusCode).toBe(422);
    });

    test('guests make no keys', async () => {
      const guest = await keys.colleague('guest');
      expect((await keys.make(guest)).json()).toMatchObject({ status: 403, code: 'identity.role_required' });
    });

    test('a person has at most a hundred keys in use, also when they ask for many at once', async () => {
      const sam = await keys.colleague('regular');
      await keys.db.owner(
        `insert into api_keys (organization_id, id, user_id, name, prefix, token_hash, role, scopes, created_at, updated_at)
         select $1, gen_random_uuid(), $2, 'many', 'sk_x', sha256((n || $3)::bytea), 'regular', '{}', now(), now()
         from generate_series(1, 98) n`,
        [keys.ada.organizationId, sam.userId, sam.userId],
      );
      const answers = await Promise.all(Array.from({ length: 5 }, () => keys.make(sam)));
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 201, 409, 409, 409]);
    });

    test('when a key was last used is written to the minute, and once for many uses', async () => {
      const once = await keys.world.withSettings({});
      const { id, key } = await keys.keyOf(keys.ada);
      keys.world.pass(61);
      for (let use = 0; use < 3; use += 1) {
        const answer = await once.http.inject({
          url: '/api/v1/probe/search',
          headers: { authorization: `Bearer ${key}` },
        });
        expect(answer.statusCode).toBe(200);
      }
      const usedAt = () => keys.db.owner('select last_used_at from api_keys where id = $1', [id]);
      expect(await usedAt()).toEqual([{ last_used_at: null }]);
      await once.close();
      const minute = Math.floor(keys.world.clock().getTime() / 60_000) * 60_000;
      const [row] = await usedAt();
      expect(new Date(String(row?.last_used_at)).getTime()).toBe(minute);
    });

    test('the database shows an organization’s keys to nobody else', async () => {
      await keys.keyOf(keys.eve);
      const visible = (organizationId: string | null) =>
        keys.db.database.uow.read(
          { kind: 'user', userId: null, organizationId, role: 'admin', scopes: [], requestId: 'test' },
          async (tx) =>
            (await keys.db.database.executor(tx).execute('select organization_id from api_keys')).rows,
        );
      expect(new Set((await visible(keys.eve.organizationId)).map((row) => row.organization_id))).toEqual(
        new Set([keys.eve.organizationId]),
      );
      expect(await visible(null)).toEqual([]);
    });
  });
}
