import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { TestDatabase } from './database.ts';
import { type HostileProvider, startHostileProvider } from './hostile-provider.ts';
import { type IdentityWorld, identityWorld } from './identity-world.ts';

const SECRET = { 'x-admin-secret': 'the admin secret of the tests, long enough' };
const AUDIENCE = 'https://api.scriptorium.example';

let serial = 0;

/**
 * An issuer whose access tokens are taken as bearer tokens once a test trusts it.
 * Call it where hooks may be registered.
 */
export function foreignTokensStage(open: () => Promise<TestDatabase>) {
  let db: TestDatabase;
  let issuer: HostileProvider;
  let world: IdentityWorld;
  let organizationId: string;
  let providerId: string;

  beforeAll(async () => {
    db = await open();
    issuer = await startHostileProvider();
    world = await identityWorld(db, { reach: [issuer.place] });
    ({ organizationId } = await world.join('founder@here.example'));
  });
  afterAll(async () => {
    await world.close();
    await issuer.close();
    await db.close();
  });
  beforeEach(async () => {
    issuer.reset();
    await db.owner('delete from identity_providers');
    await db.owner("delete from users where email like '%@acme.example'");
    await db.owner('update organizations set sso_only = false');
  });

  async function trust(settings: object = {}) {
    const made = await world.http.inject({
      ...{ method: 'POST', url: '/api/v1/operator/identity-providers', headers: SECRET },
      payload: {
        ...{
          slug: 'acme',
          label: 'Acme',
          issuer: issuer.issuer,
          bearerAudience: AUDIENCE,
          createUsers: true,
        },
        organizations: [{ organizationId, claimValue: null }],
        ...settings,
      },
    });
    expect(made.statusCode, made.body).toBe(201);
    providerId = made.json().id;
    // The list of issuers is believed for five seconds.
    world.pass(6);
  }
  async function change(settings: object, version = 1) {
    const changed = await world.http.inject({
      ...{ method: 'PATCH', url: `/api/v1/operator/identity-providers/${providerId}`, payload: settings },
      headers: { ...SECRET, 'if-match': `"${version}"` },
    });
    expect(changed.statusCode, changed.body).toBe(200);
  }
  function token(claims: object = {}, header = {}, key = issuer.key) {
    const at = Math.floor(world.clock().getTime() / 1000);
    const sub = `person|${serial++}`;
    const about = { sub, email: `p${serial}@acme.example`, email_verified: true, name: 'A person' };
    return issuer.idToken({ aud: AUDIENCE, iat: at, exp: at + 3600, ...about, ...claims }, header, key);
  }
  const probe = (bearer: string, headers: Record<string, string> = {}) =>
    world.http.inject({ url: '/api/v1/probe', headers: { authorization: `Bearer ${bearer}`, ...headers } });
  const statusOf = async (bearer: string) => (await probe(bearer)).statusCode;

  return { now: () => ({ db, issuer, world, organizationId }), ...{ trust, change, token, probe, statusOf } };
}

export type ForeignTokensStage = ReturnType<typeof foreignTokensStage>;
