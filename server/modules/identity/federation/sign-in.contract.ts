import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser, type Page } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld } from '../../../testing/identity-world.ts';
import { startTestProvider, type TestProvider } from '../../../testing/oidc-provider.ts';

const ORIGIN = 'https://scriptorium.example';
const SECRET = { 'x-admin-secret': 'the admin secret of the tests, long enough' };
const CALLBACK = `${ORIGIN}/api/v1/auth/oidc/acme/callback`;

let serial = 0;

/** Signing in by the real oidc-provider, on one kind of database. */
export function federatedSignInContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`signing in by an identity provider: ${name}`, () => {
    let db: TestDatabase;
    let provider: TestProvider;
    let world: IdentityWorld;
    let organizationId: string;
    let admin: string;
    let browser: Browser;

    beforeAll(async () => {
      db = await open();
      provider = await startTestProvider([CALLBACK, CALLBACK.replace('acme', 'other')]);
      world = await identityWorld(db, { reach: [provider.place] });
    });
    afterAll(async () => {
      await world.close();
      await provider.close();
      await db.close();
    });
    beforeEach(async () => {
      await db.owner('delete from identity_providers');
      const founder = await world.join(`founder${serial++}@here.example`);
      organizationId = founder.organizationId;
      admin = founder.program.accessToken;
      browser = createBrowser(world.http, ORIGIN);
    });

    async function operate(
      method: 'POST' | 'PATCH' | 'DELETE' | 'GET',
      url: string,
      payload?: object,
      version = 1,
    ) {
      return world.http.inject({
        method,
        url: `/api/v1/operator${url}`,
        headers: { ...SECRET, ...(method === 'PATCH' ? { 'if-match': `"${version}"` } : {}) },
        ...(payload ? { payload } : {}),
      });
    }
    async function trust(settings: object = {}) {
      const made = await operate('POST', '/identity-providers', {
        ...{ slug: 'acme', label: 'Acme', issuer: provider.issuer },
        ...{ clientId: provider.clientId, clientSecret: provider.clientSecret },
        ...{ scopes: ['openid', 'email', 'profile', 'groups'], createUsers: true },
        organizations: [{ organizationId, claimValue: null }],
        ...settings,
      });
      expect(made.statusCode, made.body).toBe(201);
      return made.json();
    }
    function person(claims: object = {}): string {
      const login = `person${serial++}`;
      provider.people.set(login, {
        ...{ email: `${login}@acme.example`, email_verified: true, name: `The ${login}` },
        ...claims,
      });
      return login;
    }
    const start = (slug = 'acme', returnTo = '') =>
      `${ORIGIN}/api/v1/auth/oidc/${slug}/start${returnTo && `?returnTo=${encodeURIComponent(returnTo)}`}`;
    const landed = (url: URL) => url.origin === ORIGIN && !url.pathname.startsWith('/api/');
    const atCallback = (url: URL) => url.href.startsWith(CALLBACK);
    const signIn = (login: string, from = start(), by = browser): Promise<Page> =>
      provider.signIn(by, from, login, landed);
    async function me(by = browser) {
      const cookie = [...by.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
      return world.http.inject({ url: '/api/v1/auth/me', headers: { cookie } });
    }
    const errorOf = (page: Page) =>
      page.url.pathname === '/sign-in' ? page.url.searchParams.get('error') : null;

    test('a new person gets an account, a membership and a session', async () => {
      await trust();
      const login = person();
      const page = await signIn(login, start('acme', '/library?q=a#top'));
      expect(page.url.href).toBe(`${ORIGIN}/library?q=a#top`);
      const answer = await me();
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({
        user: { email: `${login}@acme.example`, name: `The ${login}` },
        organization: { id: organizationId, role: 'regular' },
      });
      expect(await world.audited('session.opened')).toContainEqual(
        expect.objectContaining({
          userId: answer.json().user.id,
          organizationId,
          details: { method: 'sso' },
        }),
      );
    });

    test('the same person comes back to the same account', async () => {
      await trust();
      const login = person();
      await signIn(login);
      const first = (await me()).json().user.id;
      const again = createBrowser(world.http, ORIGIN);
      await signIn(login, start(), again);
      expect((await me(again)).json().user.id).toBe(first);
    });

    test('an unverified address makes no account', async () => {
      await trust();
      const page = await signIn(person({ email_verified: false }));
      expect(errorOf(page)).toBe('federation.email_not_verified');
      expect((await me()).statusCode).toBe(401);
    });
  });
}
