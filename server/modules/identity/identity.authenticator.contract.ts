import { beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { identityStage } from '../../testing/identity-stage.ts';
import type { IdentityWorld, Joined } from '../../testing/identity-world.ts';

/** Who the server thinks is asking, over HTTP. */
export function authenticatorContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`authenticator: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;
    let ada: Joined;
    let eve: Joined;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      ada = await world.join('ada@example.org');
      eve = await world.join('eve@example.org');
    });

    const probe = (options: {
      method?: 'GET' | 'POST';
      url?: string;
      headers?: Record<string, string>;
      cookies?: Record<string, string>;
    }) => world.http.inject({ method: 'GET', url: '/api/v1/probe', ...options });
    const bearer = (token: string, headers: Record<string, string> = {}) => ({
      headers: { authorization: `Bearer ${token}`, ...headers },
    });

    test('a bearer token says who asks, in its own organization', async () => {
      const answer = await probe(bearer(ada.program.accessToken, { 'x-request-id': 'mine' }));
      expect(answer.json()).toEqual({
        kind: 'user',
        userId: ada.userId,
        organizationId: ada.organizationId,
        role: 'admin',
        scopes: [],
        requestId: 'mine',
        credentialId: expect.any(String),
        address: '127.0.0.1',
      });
    });

    test('without credentials one is asked to sign in', async () => {
      const answer = await probe({});
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    });

    test.each([
      ['nonsense', () => 'nonsense'],
      ['padded', () => `${ada.program.accessToken}=`],
      ['with a changed signature', () => flipLast(ada.program.accessToken)],
      ['without its signature', () => `${ada.program.accessToken.split('.').slice(0, 2).join('.')}.`],
      ['of the refresh kind', () => ada.program.refreshToken],
    ])('a token that is %s is refused', async (_case, token) => {
      const answer = await probe(bearer(token()));
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'identity.invalid_token' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    });

    test('a bad bearer token does not fall back to a good cookie', async () => {
      const answer = await probe({
        headers: { authorization: 'Bearer nonsense' },
        cookies: ada.browser.cookies,
      });
      expect(answer.statusCode).toBe(401);
    });

    test('a token of a server with another secret is refused', async () => {
      const foreign = await world.withSettings({ secretKey: 'another secret of another server' });
      const answer = await foreign.http.inject({ url: '/api/v1/probe', ...bearer(ada.program.accessToken) });
      expect(answer.statusCode).toBe(401);
    });

    test('an organization of somebody else, one that does not exist and nonsense look the same', async () => {
      const answers = await Promise.all(
        [eve.organizationId, world.ids(), 'nonsense', "' or 1=1 --"].map((id) =>
          probe(bearer(ada.program.accessToken, { 'x-organization-id': id })),
        ),
      );
      const [first, ...others] = answers.map((answer) => ({ ...answer.json(), requestId: '' }));
      expect(first).toMatchObject({ status: 404, code: 'identity.organization_not_found' });
      for (const other of others) expect(other).toEqual(first);
    });

    test('another organization of theirs can be chosen, with the role that they have there', async () => {
      const kim = await world.join('kim@example.org');
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'guest')", [
        eve.organizationId,
        kim.userId,
      ]);
      const there = await probe(
        bearer(kim.program.accessToken, { 'x-organization-id': eve.organizationId.toUpperCase() }),
      );
      expect(there.json()).toMatchObject({ organizationId: eve.organizationId, role: 'guest' });
      const power = { method: 'POST', url: '/api/v1/probe/power' } as const;
      expect((await probe({ ...power, ...bearer(kim.program.accessToken) })).statusCode).toBe(200);
      const asGuest = bearer(kim.program.accessToken, { 'x-organization-id': eve.organizationId });
      expect((await probe({ ...power, ...asGuest })).statusCode).toBe(403);

      const me = await world.http.inject({ url: '/api/v1/auth/me', ...asGuest });
      expect(me.json()).toMatchObject({ organization: { id: eve.organizationId, role: 'guest' } });
      expect(
        me
          .json()
          .organizations.map(({ id }: { id: string }) => id)
          .sort(),
      ).toEqual([kim.organizationId, eve.organizationId].sort());
    });

    test('a change of role and the loss of membership count from the next request on', async () => {
      const lee = await world.join('lee@example.org');
      const here = [lee.organizationId, lee.userId];
      await db.owner(
        "update memberships set role = 'regular' where organization_id = $1 and user_id = $2",
        here,
      );
      expect((await probe(bearer(lee.program.accessToken))).json()).toMatchObject({ role: 'regular' });
      await db.owner('delete from memberships where organization_id = $1 and user_id = $2', here);
      expect((await probe(bearer(lee.program.accessToken))).statusCode).toBe(401);
      const named = bearer(lee.program.accessToken, { 'x-organization-id': lee.organizationId });
      expect((await probe(named)).statusCode).toBe(404);
    });

    test('a person who was deleted is nobody from the next request on', async () => {
      const max = await world.join('max@example.org');
      await db.owner('delete from users where id = $1', [max.userId]);
      expect((await probe(bearer(max.program.accessToken))).statusCode).toBe(401);
    });

    test('a token ends when its time is over', async () => {
      const ida = await world.join('ida@example.org');
      world.pass(899);
      expect((await probe(bearer(ida.program.accessToken))).statusCode).toBe(200);
      world.pass(7);
      expect((await probe(bearer(ida.program.accessToken))).statusCode).toBe(401);
    });

    describe('by cookie', () => {
      let browser: Joined['browser'];
      let other: Joined['browser'];
      beforeAll(async () => {
        ({ browser } = await world.join('browser@example.org'));
        ({ browser: other } = await world.join('other-browser@example.org'));
      });

      test('reading needs no proof, and says which proof writing needs', async () => {
        expect((await probe({ cookies: browser.cookies })).statusCode).toBe(200);
        const me = await world.http.inject({ url: '/api/v1/auth/me', cookies: browser.cookies });
        expect(me.json().csrfToken).toBe(browser.csrfToken);
      });

      test('writing with the proof of this session is accepted', async () => {
        const headers = { 'x-csrf-token': browser.csrfToken };
        expect((await probe({ method: 'POST', cookies: browser.cookies, headers })).statusCode).toBe(200);
      });

      test.each([
        ['no', () => undefined],
        ['an empty', () => ''],
        ['a made-up', () => 'x'.repeat(43)],
        ['another session’s', () => other.csrfToken],
        ['a shortened', () => browser.csrfToken.slice(0, -1)],
      ])('writing with %s proof is refused', async (_case, proof) => {
        const token = proof();
        const headers = token === undefined ? {} : { 'x-csrf-token': token };
        const answer = await probe({ method: 'POST', cookies: browser.cookies, headers });
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({ code: 'identity.csrf_required' });
      });

      test('with a bearer token no proof is needed', async () => {
        const answer = await probe({
          method: 'POST',
          ...bearer(browser.accessToken),
          cookies: other.cookies,
        });
        expect(answer.statusCode).toBe(200);
      });

      test('an old cookie does not keep anybody from signing in', async () => {
        const payload = { email: 'browser@example.org', password: 'a password for tests' };
        const cookies = { '__Host-scriptorium_access': 'ended long ago' };
        const answer = await world.http.inject({
          method: 'POST',
          url: '/api/v1/auth/login',
          payload,
          cookies,
        });
        expect(answer.statusCode).toBe(200);
      });
    });

    test('the database shows one person’s rows to another only where both belong', async () => {
      const asEve = {
        ...instanceActor('test'),
        kind: 'user',
        userId: eve.userId,
        organizationId: eve.organizationId,
      } as const;
      const visible = (table: string) =>
        db.database.uow.read(
          asEve,
          async (tx) => (await db.database.executor(tx).execute(`select * from ${table}`)).rows,
        );
      expect((await visible('organizations')).map(({ id }) => id)).toEqual([eve.organizationId]);
      expect((await visible('users')).map(({ id }) => id)).not.toContain(ada.userId);
      expect((await visible('sessions')).map(({ user_id }) => user_id)).not.toContain(ada.userId);
      expect((await visible('memberships')).map(({ user_id }) => user_id)).not.toContain(ada.userId);
      expect(await visible('sign_in_links')).toEqual([]);
    });
  });
}

/** Another character at the end of the signature that is still canonical base64url of the same length. */
function flipLast(token: string): string {
  const signature = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
  signature.writeUInt8(signature.readUInt8(0) ^ 1, 0);
  return `${token.slice(0, token.lastIndexOf('.') + 1)}${signature.toString('base64url')}`;
}
