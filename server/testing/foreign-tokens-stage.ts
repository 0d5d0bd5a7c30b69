import { beforeAll } from 'vitest';
import type { TestDatabase } from './database.ts';
import type { HostileProvider } from './hostile-provider.ts';
import { hostileWorld } from './hostile-world.ts';
import type { IdentityWorld } from './identity-world.ts';

const AUDIENCE = 'https://api.scriptorium.example';

let serial = 0;

/**
 * An issuer whose access tokens are taken as bearer tokens once a test trusts it.
 * Call it where hooks may be registered.
 */
export function foreignTokensStage(open: () => Promise<TestDatabase>) {
  const { now, ...operators } = hostileWorld(open);
  let issuer: HostileProvider;
  let world: IdentityWorld;
  let providerId: string;
  beforeAll(() => {
    ({ issuer, world } = now());
  });

  async function trust(settings: object = {}) {
    ({ id: providerId } = await operators.trust({ bearerAudience: AUDIENCE, ...settings }));
    // The list of issuers is believed for five seconds.
    world.pass(6);
  }
  const change = (settings: object, version = 1) => operators.change(providerId, settings, version);
  function token(claims: object = {}, header = {}, key = issuer.key) {
    const at = Math.floor(world.clock().getTime() / 1000);
    const sub = `person|${serial++}`;
    const about = { sub, email: `p${serial}@acme.example`, email_verified: true, name: 'A person' };
    return issuer.idToken({ aud: AUDIENCE, iat: at, exp: at + 3600, ...about, ...claims }, header, key);
  }
  const probe = (bearer: string, headers: Record<string, string> = {}) =>
    world.http.inject({ url: '/api/v1/probe', headers: { authorization: `Bearer ${bearer}`, ...headers } });
  const statusOf = async (bearer: string) => (await probe(bearer)).statusCode;

  return { now, trust, change, token, probe, statusOf };
}

export type ForeignTokensStage = ReturnType<typeof foreignTokensStage>;
