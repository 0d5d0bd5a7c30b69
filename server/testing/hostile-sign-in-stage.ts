import { beforeAll, beforeEach, expect } from 'vitest';
import { embeddedTestDatabase, type TestDatabase } from './database.ts';
import type { HostileProvider } from './hostile-provider.ts';
import { hostileWorld, SIGN_IN } from './hostile-world.ts';
import type { IdentityWorld } from './identity-world.ts';

export const ORIGIN = 'https://scriptorium.example';
/** The codes of failed sign-ins. */
export const INVALID = 'federation.answer_not_valid';
export const ENDED = 'federation.flow_ended';
export const AWAY = 'federation.provider_unavailable';
export const REFUSED = 'federation.refused_by_provider';

/** What a browser knows after it was sent to the provider. */
export interface Flow {
  readonly cookie: string;
  readonly state: string;
  readonly nonce: string;
  readonly challenge: string;
}

/**
 * Identity that trusts, as `acme`, a provider which says whatever a test wants, and the two ends of a sign-in by it.
 * Call it where hooks may be registered.
 */
export function hostileSignInStage() {
  const operators = hostileWorld(embeddedTestDatabase);
  let db: TestDatabase;
  let world: IdentityWorld;
  let provider: HostileProvider;

  beforeAll(() => {
    ({ db, world, issuer: provider } = operators.now());
  });
  beforeEach(() => trust('acme'));

  async function trust(slug: string, settings: object = {}): Promise<void> {
    await operators.trust({ slug, label: slug, ...SIGN_IN, ...settings });
  }

  async function start(slug = 'acme'): Promise<Flow> {
    const answer = await world.http.inject({ url: `/api/v1/auth/oidc/${slug}/start` });
    expect(answer.statusCode, answer.body).toBe(303);
    const url = new URL(String(answer.headers.location));
    expect(url.origin).toBe(provider.issuer);
    const of = (name: string) => url.searchParams.get(name) ?? '';
    expect(of('code_challenge_method')).toBe('S256');
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    return {
      cookie: `${cookie?.name}=${cookie?.value}`,
      state: of('state'),
      nonce: of('nonce'),
      challenge: of('code_challenge'),
    };
  }

  /** Comes back; says where it lands: `in`, or the failure's code. */
  async function land(
    cookie: string,
    query: Record<string, string> | string,
    slug = 'acme',
  ): Promise<string | null> {
    const text = typeof query === 'string' ? query : new URLSearchParams(query).toString();
    const answer = await world.http.inject({
      url: `/api/v1/auth/oidc/${slug}/callback?${text}`,
      headers: { cookie },
    });
    expect(answer.statusCode, answer.body).toBe(303);
    const url = new URL(String(answer.headers.location));
    expect(url.origin).toBe(ORIGIN);
    const failed = url.pathname === '/sign-in';
    const session = answer.cookies.find(
      ({ name, value }) => name === '__Host-scriptorium_access' && value !== '',
    );
    expect(session === undefined).toBe(failed);
    expect(answer.headers['cache-control']).toBe('no-store');
    return failed ? url.searchParams.get('error') : 'in';
  }

  async function honest(flow: Flow, claims: object = {}): Promise<void> {
    provider.give(await provider.idToken({ nonce: flow.nonce, ...claims }));
  }

  return { now: () => ({ db, world, provider }), trust, start, land, honest };
}
