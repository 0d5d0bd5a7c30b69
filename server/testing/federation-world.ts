import { type Browser, createBrowser, type Page } from './browser.ts';
import type { TestDatabase } from './database.ts';
import { type IdentityWorld, identityWorld, type Joined } from './identity-world.ts';
import { startTestProvider, type TestProvider } from './oidc-provider.ts';

export const ORIGIN = 'https://scriptorium.example';
export const ADMIN_SECRET = { 'x-admin-secret': 'the admin secret of the tests, long enough' } as const;

/** What the server answered to an injected request. */
type Injected = Awaited<ReturnType<IdentityWorld['http']['inject']>>;

let serial = 0;

/** Identity with the real oidc-provider beside it, and an organization that the provider `acme` can lead to. */
export interface FederationWorld extends IdentityWorld {
  readonly provider: TestProvider;
  readonly founder: Joined;
  readonly organizationId: string;
  /** As an operator; `version` goes into If-Match. */
  operate(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
    version?: number,
  ): Promise<Injected>;
  /** Makes the identity provider `acme`, which leads everybody into the organization and makes accounts, and says its view. */
  trust(settings?: object): Promise<{ readonly id: string; readonly slug: string; readonly version: number }>;
  /** Somebody whom the provider knows, with a verified address; their login. */
  person(claims?: object): string;
  browser(): Browser;
  /** Signs in at the provider from an address of ours; where the browser comes to rest on ours. */
  signIn(login: string, by: Browser, from?: string): Promise<Page>;
  /** Who the browser's cookies say it is. */
  me(by: Browser, headers?: Record<string, string>): Promise<Injected>;
  /** Forgets providers and whom they brought. */
  reset(): Promise<void>;
}

/** Where a sign-in by `acme` begins. */
export function startAt(slug = 'acme', returnTo?: string): string {
  const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
  return `${ORIGIN}/api/v1/auth/oidc/${slug}/start${query}`;
}

/** The failure that the sign-in page is asked to explain; null where the browser is elsewhere. */
export function failureOf({ url }: Page): string | null {
  return url.pathname === '/sign-in' ? url.searchParams.get('error') : null;
}

export async function federationWorld(db: TestDatabase): Promise<FederationWorld> {
  const callbacks = ['acme', 'other'].map((slug) => `${ORIGIN}/api/v1/auth/oidc/${slug}/callback`);
  const provider = await startTestProvider(callbacks, {
    url: `${ORIGIN}/api/v1/auth/oidc/acme/backchannel-logout`,
    deliver: async (payload) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const url = '/api/v1/auth/oidc/acme/backchannel-logout';
      return (await world.http.inject({ method: 'POST', url, headers, payload })).statusCode;
    },
  });
  const world = await identityWorld(db, { reach: [provider.place] });
  const founder = await world.join(`founder${serial++}@here.example`);
  const { organizationId } = founder;

  const operate: FederationWorld['operate'] = (method, path, payload, version) =>
    world.http.inject({
      ...{ method, url: `/api/v1/operator${path}` },
      headers: { ...ADMIN_SECRET, ...(version === undefined ? {} : { 'if-match': `"${version}"` }) },
      ...(payload ? { payload } : {}),
    });

  return {
    ...world,
    ...{ provider, founder, organizationId, operate },
    trust: async (settings = {}) => {
      const made = await operate('POST', '/identity-providers', {
        ...{ slug: 'acme', label: 'Acme', issuer: provider.issuer, createUsers: true },
        ...{ clientId: provider.clientId, clientSecret: provider.clientSecret },
        scopes: ['openid', 'email', 'profile', 'groups'],
        organizations: [{ organizationId, claimValue: null }],
        ...settings,
      });
      if (made.statusCode !== 201) throw new Error(made.body);
      return made.json();
    },
    person: (claims = {}) => {
      const login = `person${serial++}`;
      const own = { email: `${login}@acme.example`, email_verified: true, name: `The ${login}` };
      provider.people.set(login, { ...own, ...claims });
      return login;
    },
    browser: () => createBrowser(world.http, ORIGIN),
    signIn: (login, by, from = startAt()) =>
      provider.signIn(by, from, login, (url) => url.origin === ORIGIN && !url.pathname.startsWith('/api/')),
    me: (by, headers = {}) => {
      const cookie = [...by.cookies(ORIGIN)].map(([name, value]) => `${name}=${value}`).join('; ');
      return world.http.inject({ url: '/api/v1/auth/me', headers: { cookie, ...headers } });
    },
    reset: async () => {
      await db.owner('delete from identity_providers');
      await db.owner("delete from users where email like '%@acme.example'");
      await db.owner('update organizations set sso_only = false');
    },
    close: async () => {
      await world.close();
      await provider.close();
    },
  };
}
