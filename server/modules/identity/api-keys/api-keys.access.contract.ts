import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../../platform/auth/index.ts';
import { type ApiKeysWorld, apiKeysWorld } from '../../../testing/api-keys-world.ts';
import type { TestDatabase } from '../../../testing/database.ts';

const DAY = 86_400;

/** What an API key opens at any moment, over HTTP, on every database. */
export function apiKeyAccessContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`what API keys open: ${name}`, () => {
    let keys: ApiKeysWorld;
    beforeAll(async () => {
      keys = await apiKeysWorld(await open());
    });
    afterAll(() => keys.close());

    test('without the scope, and where no key is enough, it is refused and says why', async () => {
      const { key } = await keys.keyOf(keys.ada);
      const unscoped = await keys.write(key);
      expect(unscoped.statusCode).toBe(403);
      expect(unscoped.json()).toMatchObject({ code: 'identity.scope_required', scope: 'library:write' });
      for (const [method, path] of [
        ['GET', '/auth/me'],
        ['GET', '/api-keys'],
        ['POST', '/api-keys'],
        ['GET', '/probe'],
      ] as const) {
        const answer = await keys.call(
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
      const { id, key } = await keys.keyOf(keys.ada, { scopes: ['ask:run'], role: 'guest' });
      const own = await keys.call(key, 'GET', '/api-keys/current');
      expect(own.json()).toMatchObject({
        id,
        scopes: ['ask:run'],
        organization: { id: keys.ada.organizationId, name: expect.any(String) },
      });
      expect(own.body).not.toContain(key);
      const person = await keys.call(keys.tokenOf(keys.ada), 'GET', '/api-keys/current');
      expect(person.json()).toMatchObject({ status: 404, code: 'identity.api_key_not_found' });
    });

    test('a key is no way to operate the instance, even an operator’s', async () => {
      const boss = await keys.colleague('admin');
      const { key } = await keys.keyOf(boss);
      await keys.db.owner('update users set operator = true where id = $1', [boss.userId]);
      const answer = await keys.call(key, 'POST', '/probe/operator');
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'identity.operator_required' });
    });

    test('a key belongs to one organization, whichever its person belongs to besides', async () => {
      const kim = await keys.colleague('power');
      const { key } = await keys.keyOf(kim);
      await keys.db.owner(
        "insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')",
        [keys.eve.organizationId, kim.userId],
      );
      const elsewhere = await keys.search(key, { 'x-organization-id': keys.eve.organizationId });
      expect(elsewhere.statusCode).toBe(404);
      expect(elsewhere.json()).toMatchObject({ code: 'identity.organization_not_found' });
      expect(
        (await keys.search(key, { 'x-organization-id': keys.ada.organizationId.toUpperCase() })).statusCode,
      ).toBe(200);
    });

    test('it counts for a server that has never heard of the revocation', async () => {
      const other = await keys.world.withSettings({});
      const { id, key } = await keys.keyOf(keys.ada);
      const there = () =>
        other.http.inject({ url: '/api/v1/probe/search', headers: { authorization: `Bearer ${key}` } });
      expect((await there()).statusCode).toBe(200);
      await keys.call(keys.tokenOf(keys.ada), 'DELETE', `/api-keys/${id}`);
      keys.expectRefused(await there());
    });

    test('a key may at most what its person may now', async () => {
      const pat = await keys.colleague('power');
      const { key } = await keys.keyOf(pat, { scopes: ['search:read', 'library:write'] });
      expect((await keys.write(key)).json()).toMatchObject({ role: 'power' });
      await keys.setRole(pat, 'guest');
      expect((await keys.search(key)).json()).toMatchObject({ role: 'guest' });
      const demoted = await keys.write(key);
      expect(demoted.statusCode).toBe(403);
      expect(demoted.json()).toMatchObject({ code: 'identity.role_required' });
      await keys.setRole(pat, 'admin');
      // Made as `power`, it does not rise with its person.
      expect((await keys.search(key)).json()).toMatchObject({ role: 'power' });
    });

    test('a key can be made for less than its person may, never for more', async () => {
      const less = await keys.keyOf(keys.ada, { role: 'regular', scopes: ['library:write'] });
      expect((await keys.write(less.key)).json()).toMatchObject({ code: 'identity.role_required' });
      const lou = await keys.colleague('regular');
      const more = await keys.make(lou, { role: 'power' });
      expect(more.statusCode).toBe(422);
      expect(more.json()).toMatchObject({ code: 'identity.role_above_own', errors: [{ path: '/role' }] });
    });

    test('whoever leaves the organization has no keys there, also when they come back', async () => {
      const ned = await keys.colleague('regular');
      const { key } = await keys.keyOf(ned);
      const membership = [keys.ada.organizationId, ned.userId];
      await keys.db.owner('delete from memberships where organization_id = $1 and user_id = $2', membership);
      keys.expectRefused(await keys.search(key));
      await keys.db.owner(
        "insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')",
        membership,
      );
      keys.expectRefused(await keys.search(key));
    });

    test('a disabled person’s keys are dead while it lasts; a deleted person’s for ever', async () => {
      const oda = await keys.colleague('regular');
      const { key } = await keys.keyOf(oda);
      await keys.db.owner('update users set disabled_at = now() where id = $1', [oda.userId]);
      keys.expectRefused(await keys.search(key));
      await keys.db.owner('update users set disabled_at = null where id = $1', [oda.userId]);
      expect((await keys.search(key)).statusCode).toBe(200);
      await keys.db.owner('delete from users where id = $1', [oda.userId]);
      keys.expectRefused(await keys.search(key));
    });

    test('a suspended organization lets no key in and says why', async () => {
      const { key } = await keys.keyOf(keys.eve);
      await keys.db.owner(
        "update organizations set suspended_at = now(), suspended_reason = 'Unpaid' where id = $1",
        [keys.eve.organizationId],
      );
      for (const answer of [
        await keys.search(key),
        await keys.call(keys.tokenOf(keys.eve), 'GET', '/probe'),
      ]) {
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({
          code: 'identity.organization_suspended',
          detail: expect.stringContaining('Unpaid'),
        });
      }
      await keys.db.owner(
        'update organizations set suspended_at = null, suspended_reason = null where id = $1',
        [keys.eve.organizationId],
      );
      expect((await keys.search(key)).statusCode).toBe(200);
    });

    test.each([
      ['one that nobody made', () => newApiKey().key],
      ['one with a wrong checksum', () => `${newApiKey().key.slice(0, -1)}_`],
      ['a shortened one', () => newApiKey().key.slice(0, 40)],
      ['the prefix alone', () => 'sk_'],
      ['a hostile one', () => "sk_'or'1'='1"],
    ])('%s opens nothing', async (_case, key) => {
      keys.expectRefused(await keys.search(key()));
    });

    test('a key works as a bearer token only, and is in nobody’s way', async () => {
      const { key } = await keys.keyOf(keys.ada);
      const cookies = { '__Host-scriptorium_access': key };
      const byCookie = await keys.world.http.inject({ url: '/api/v1/probe/search', cookies });
      expect(byCookie.statusCode).toBe(401);
      const both = await keys.world.http.inject({
        url: '/api/v1/probe/search',
        headers: { authorization: `Bearer ${key}` },
        cookies: keys.ada.browser.cookies,
      });
      expect(both.json()).toMatchObject({ kind: 'apiKey' });
    });

    // The last one: after it everybody's access tokens have ended.
    test('a key expires to the second', async () => {
      const ida = await keys.colleague('regular');
      const { id, key } = await keys.keyOf(ida, { expiresInDays: 1 });
      keys.world.pass(DAY - 1);
      expect((await keys.search(key)).statusCode).toBe(200);
      keys.world.pass(1);
      keys.expectRefused(await keys.search(key));
      const fresh = await keys.world.http.inject({
        method: 'POST',
        url: '/api/v1/auth/login?transport=body',
        payload: { email: 'ada@example.org', password: 'a password for tests' },
      });
      const view = await keys.call(fresh.json().accessToken, 'GET', `/api-keys/${id}`);
      expect(view.json()).toMatchObject({ state: 'expired' });
    });
  });
}
