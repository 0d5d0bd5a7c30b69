import { once } from 'node:events';
import { createServer } from 'node:net';
import { Provider } from 'oidc-provider';
import type { Page } from 'playwright-core';

/** The real `oidc-provider` on a port of this machine. */
export interface IdentityProvider {
  readonly issuer: string;
  /** `host:port`, for the outbound door. */
  readonly place: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it says about a login, besides `sub`. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  readonly close: () => Promise<void>;
}

const CLIENT = { id: 'scriptorium', secret: 'the secret of the client, long enough' } as const;

export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  // The issuer holds the port, so that is known before the provider is there.
  const port = await freePort();
  const place = `127.0.0.1:${port}`;
  const issuer = `http://${place}`;
  const people = new Map<string, Readonly<Record<string, unknown>>>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['for tests'] },
    features: { devInteractions: { enabled: true } },
  });
  const server = provider.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ issuer, place, people },
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** On the provider's pages: says who it is, where it does not know yet, agrees, and comes back to `url`. */
export async function agree(page: Page, provider: IdentityProvider, login: string, url: string) {
  await page.waitForURL((at) => at.href.startsWith(provider.issuer));
  const name = page.locator('input[name="login"]');
  const proceed = page.getByRole('button', { name: 'Continue' });
  await name.or(proceed).waitFor();
  if ((await name.count()) > 0) {
    await name.fill(login);
    await page.locator('input[name="password"]').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await proceed.waitFor();
  }
  await proceed.click();
  await page.waitForURL((at) => at.href.startsWith(url));
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}
