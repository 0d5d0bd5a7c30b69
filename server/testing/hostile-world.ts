import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { TestDatabase } from './database.ts';
import { HOSTILE_CLIENT, type HostileProvider, startHostileProvider } from './hostile-provider.ts';
import { type IdentityWorld, identityWorld } from './identity-world.ts';

const OPERATOR = { 'x-admin-secret': 'the admin secret of the tests, long enough' };

/** Of a provider by which people sign in. */
export const SIGN_IN = { clientId: HOSTILE_CLIENT.id, clientSecret: HOSTILE_CLIENT.secret } as const;

/**
 * Identity with an organization, beside a provider that says whatever a test wants; before each test nobody is trusted, and
 * nobody is left whom the provider brought. Call it where hooks may be registered.
 */
export function hostileWorld(open: () => Promise<TestDatabase>) {
  let db: TestDatabase;
  let issuer: HostileProvider;
  let world: IdentityWorld;
  let organizationId: string;

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
    await db.owner("delete from users where email like '%@acme.example' or email like '%@hostile.example'");
    await db.owner('update organizations set sso_only = false');
  });

  /** As an operator; `version` goes into If-Match. What the API says of the provider. */
  async function operate(method: 'POST' | 'PATCH', path: string, payload: object, version?: number) {
    const answer = await world.http.inject({
      ...{ method, url: `/api/v1/operator/identity-providers${path}`, payload },
      headers: { ...OPERATOR, ...(version === undefined ? {} : { 'if-match': `"${version}"` }) },
    });
    expect(answer.statusCode, answer.body).toBe(method === 'POST' ? 201 : 200);
    return answer.json();
  }
  /** Makes the provider `acme`, which leads everybody into the organization. */
  const trust = (settings: object) =>
    operate('POST', '', {
      ...{ slug: 'acme', label: 'Acme', issuer: issuer.issuer, createUsers: true },
      organizations: [{ organizationId, claimValue: null }],
      ...settings,
    });
  const change = (id: string, settings: object, version: number) =>
    operate('PATCH', `/${id}`, settings, version);

  return { now: () => ({ db, issuer, world, organizationId }), trust, change };
}
