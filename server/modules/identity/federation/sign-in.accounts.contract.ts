import { beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import type { SignInStage } from '../../../testing/federation-stage.ts';
import { type FederationWorld, failureOf, ORIGIN } from '../../../testing/federation-world.ts';

const PASSWORD = 'a password for tests';

/** How what a provider says meets accounts that are there already. */
export function accountsThereContract(stage: () => SignInStage): void {
  let db: TestDatabase;
  let world: FederationWorld;
  let browser: Browser;
  beforeEach(() => {
    ({ db, world, browser } = stage());
  });
  const moveIn = (userId: string) =>
    db.owner('update memberships set organization_id = $1 where user_id = $2', [
      world.organizationId,
      userId,
    ]);
  const verifyEmail = (email: string) =>
    db.owner('update users set email_verified_at = now() where email = $1', [email]);

  describe('accounts that are there already', () => {
    /** Of somebody who belongs to nothing but the organization that the provider leads to. */
    async function account(email: string): Promise<string> {
      const { userId } = await world.join(email);
      await moveIn(userId);
      return userId;
    }

    test('are joined over an address that both sides have verified', async () => {
      await world.trust({ linkVerifiedEmail: true });
      const login = world.person();
      const userId = await account(`${login}@acme.example`);
      await verifyEmail(`${login}@acme.example`);
      await world.signIn(login, browser);
      expect((await world.me(browser)).json().user.id).toBe(userId);
    });

    test('are joined where they have no password', async () => {
      await world.trust({ linkVerifiedEmail: true });
      const login = world.person();
      const userId = await account(`${login}@acme.example`);
      await db.owner('update users set password_hash = null where id = $1', [userId]);
      await world.signIn(login, browser);
      expect((await world.me(browser)).json().user.id).toBe(userId);
    });

    test.each<[string, object, string]>([
      ['not verified here', { linkVerifiedEmail: true }, 'select $1::uuid'],
      [
        'joining is off',
        { linkVerifiedEmail: false },
        'update users set email_verified_at = now() where id = $1',
      ],
      [
        'a second factor',
        { linkVerifiedEmail: true },
        'update users set email_verified_at = now(), second_factor_at = now() where id = $1',
      ],
      [
        'an operator',
        { linkVerifiedEmail: true },
        'update users set email_verified_at = now(), operator = true where id = $1',
      ],
    ])('are not joined: %s', async (_name, settings, change) => {
      await world.trust(settings);
      const login = world.person();
      const userId = await account(`${login}@acme.example`);
      await db.owner(change, [userId]);
      expect(failureOf(await world.signIn(login, browser))).toBe('federation.account_exists');
      expect(await db.owner('select from federated_identities where user_id = $1', [userId])).toEqual([]);
    });

    test.each([
      ['makes none', { createUsers: false }, 'federation.account_required'],
      [
        'makes none and joins some',
        { createUsers: false, linkVerifiedEmail: true },
        'federation.account_required',
      ],
      ['leads nowhere', { organizations: [] }, 'federation.no_access'],
    ])('a provider that %s does not learn which addresses have one', async (_name, settings, code) => {
      await world.trust(settings);
      const [known, unknown] = [world.person(), world.person()];
      await account(`${known}@acme.example`);
      for (const login of [known, unknown])
        expect(failureOf(await world.signIn(login, world.browser()))).toBe(code);
    });

    test('are not joined by an address that the provider has not verified', async () => {
      await world.trust({ linkVerifiedEmail: true });
      const login = world.person({ email_verified: false });
      await account(`${login}@acme.example`);
      await verifyEmail(`${login}@acme.example`);
      expect(failureOf(await world.signIn(login, browser))).toBe('federation.email_not_verified');
    });
  });

  describe('connecting while signed in', () => {
    async function signedIn(email: string) {
      const joined = await world.join(email);
      const { csrfToken, cookies } = joined.browser;
      for (const [key, value] of Object.entries(cookies)) browser.cookies(ORIGIN).set(key, value);
      const headers = {
        'x-csrf-token': csrfToken,
        cookie: Object.entries(cookies)
          .map(([key, value]) => `${key}=${value}`)
          .join('; '),
      };
      return { ...joined, headers };
    }
    async function connect(headers: Record<string, string>, login: string) {
      const answer = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers },
        payload: { returnTo: '/settings' },
      });
      expect(answer.statusCode, answer.body).toBe(200);
      for (const { name: key, value } of answer.cookies) browser.cookies(ORIGIN).set(key, value);
      return world.signIn(login, browser, answer.json().url);
    }

    test('works with any address, and then one can sign in by it', async () => {
      await world.trust({ createUsers: false });
      const { userId, headers } = await signedIn(`link${Date.now()}@acme.example`);
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        world.organizationId,
        userId,
      ]);
      const login = world.person({ email_verified: false });
      const page = await connect(headers, login);
      expect(page.url.href).toBe(`${ORIGIN}/settings`);
      const list = await world.http.inject({ url: '/api/v1/auth/identities', headers });
      expect(list.json()).toMatchObject({ items: [{ provider: { id: 'acme', label: 'Acme' } }] });
      const fresh = world.browser();
      await world.signIn(login, fresh);
      expect((await world.me(fresh)).json().user.id).toBe(userId);

      const gone = await world.http.inject({
        ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link', headers },
      });
      expect(gone.statusCode).toBe(204);
      expect((await world.me(fresh)).statusCode).toBe(401);
      expect((await world.me(browser)).statusCode).toBe(200);
      const twice = await world.http.inject({
        ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link', headers },
      });
      expect(twice.json()).toMatchObject({ status: 404, code: 'federation.identity_not_found' });
    });

    test('asks who it is where the sign-in is older than ten minutes', async () => {
      await world.trust();
      const { headers } = await signedIn(`late${Date.now()}@acme.example`);
      const link = (payload: object) =>
        world.http.inject({ ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers, payload } });
      world.pass(600);
      expect((await link({})).statusCode).toBe(200);
      world.pass(1);
      expect((await link({})).json()).toMatchObject({
        status: 403,
        code: 'identity.recent_sign_in_required',
      });
      expect((await link({ currentPassword: 'not the password' })).json()).toMatchObject({
        code: 'identity.wrong_password',
      });
      expect((await link({ currentPassword: PASSWORD })).statusCode).toBe(200);
    });

    test('is told to the person, once, and so is an account that was joined', async () => {
      await world.trust({ linkVerifiedEmail: true });
      const email = `told${Date.now()}@acme.example`;
      const { headers } = await signedIn(email);
      const login = world.person();
      await connect(headers, login);
      await world.signIn(login, world.browser());
      const told = (await world.mailTo(email)).filter((text) => text.includes('“Acme”'));
      expect(told).toHaveLength(1);

      const joining = world.person();
      const { userId } = await world.join(`${joining}@acme.example`);
      await db.owner('delete from memberships where user_id = $1', [userId]);
      await verifyEmail(`${joining}@acme.example`);
      await world.signIn(joining, world.browser());
      expect(await world.mailTo(`${joining}@acme.example`)).toContainEqual(
        expect.stringContaining('can sign in to your Scriptorium account'),
      );
      const fresh = world.person();
      await world.signIn(fresh, world.browser());
      expect(await world.mailTo(`${fresh}@acme.example`)).toEqual([]);
    });

    test('an identity of somebody else is refused', async () => {
      await world.trust();
      const login = world.person();
      await world.signIn(login, world.browser());
      const { headers } = await signedIn(`thief${Date.now()}@acme.example`);
      expect(failureOf(await connect(headers, login))).toBe('federation.linked_to_another');
    });

    test('a session that ended meanwhile connects nothing', async () => {
      await world.trust();
      const { headers, userId } = await signedIn(`gone${Date.now()}@acme.example`);
      const answer = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers, payload: {} },
      });
      for (const { name: key, value } of answer.cookies) browser.cookies(ORIGIN).set(key, value);
      await db.owner('update sessions set revoked_at = now() where user_id = $1', [userId]);
      const page = await world.signIn(world.person(), browser, answer.json().url);
      expect(failureOf(page)).toBe('federation.session_ended');
      expect(await db.owner('select from federated_identities where user_id = $1', [userId])).toEqual([]);
    });

    test('needs a session and its proof', async () => {
      await world.trust();
      const { headers } = await signedIn(`csrf${Date.now()}@acme.example`);
      const send = (given: Record<string, string>) =>
        world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers: given, payload: {} },
        });
      expect((await send({ cookie: headers.cookie })).json()).toMatchObject({
        code: 'identity.csrf_required',
      });
      expect((await send({})).statusCode).toBe(401);
    });

    test('the only way to sign in cannot be taken away', async () => {
      await world.trust();
      await world.signIn(world.person(), browser);
      const { csrfToken } = (await world.me(browser)).json();
      const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
      const answer = await world.http.inject({
        ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link' },
        headers: { cookie, 'x-csrf-token': csrfToken },
      });
      expect(answer.json()).toMatchObject({ status: 409, code: 'federation.last_sign_in_method' });
    });

    test('a browser can sign out of the provider too', async () => {
      await world.trust();
      await world.signIn(world.person(), browser);
      const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
      const answer = await world.http.inject({ url: '/api/v1/auth/oidc/sign-out', headers: { cookie } });
      const url = new URL(answer.json().url);
      expect(url.origin).toBe(world.provider.issuer);
      expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${ORIGIN}/sign-in`);
      const { headers } = await signedIn(`local${Date.now()}@acme.example`);
      const none = await world.http.inject({ url: '/api/v1/auth/oidc/sign-out', headers });
      expect(none.json()).toEqual({ url: null });
    });
  });
}
