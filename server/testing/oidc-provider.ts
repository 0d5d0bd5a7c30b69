import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Provider } from 'oidc-provider';
import type { Browser, Page } from './browser.ts';

/** The real `oidc-provider` on a free port of this machine, with people whom a test makes up. */
export interface TestProvider {
  readonly issuer: string;
  /** `host:port`, for the outbound door. */
  readonly place: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the provider says about a login, besides `sub`. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  /** Signs in there as `login`, from an address that leads to its form to one where `until` says so. */
  signIn(browser: Browser, from: string | URL, login: string, until: (url: URL) => boolean): Promise<Page>;
  close(): Promise<void>;
}

const CLIENT = { id: 'scriptorium', secret: 'the secret of the client, long enough' } as const;

/** Where the provider tells that somebody signed out, and how what it says gets there: its form in, the status out. */
export interface LogoutReceiver {
  readonly url: string;
  deliver(form: string): Promise<number>;
}

export async function startTestProvider(
  redirectUris: readonly string[],
  logout: LogoutReceiver,
): Promise<TestProvider> {
  const port = await freePort();
  const place = `127.0.0.1:${port}`;
  const issuer = `http://${place}`;
  const people = new Map<string, Readonly<Record<string, unknown>>>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [...redirectUris],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        backchannel_logout_uri: logout.url,
        backchannel_logout_session_required: true,
      },
    ],
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups', 'department'],
    },
    // As most providers do: the address is in the ID token.
    conformIdTokenClaims: false,
    scopes: ['openid', 'email', 'profile', 'groups'],
    pkce: { required: () => true },
    cookies: { keys: ['for tests'] },
    features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
    fetch: async (url, options) =>
      String(url) === logout.url
        ? new Response(null, { status: await logout.deliver(String(options?.body)) })
        : globalThis.fetch(url, options),
  });
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = provider.listen(port, '127.0.0.1', () => resolve(listening));
  });
  return {
    ...{ issuer, place, people },
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    signIn: async (browser, from, login, until) => {
      let page = await browser.go(from, { until });
      for (let step = 0; step < 4 && page.status !== 0; step += 1) {
        const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1];
        const action = /action="([^"]+)"/.exec(page.text)?.[1];
        if (prompt === undefined || action === undefined) return page;
        const form = prompt === 'login' ? { prompt, login, password: 'any' } : { prompt };
        page = await browser.go(new URL(action, issuer), { form, until });
      }
      return page;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The issuer has the port in it, so it must be known before the server is there. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
