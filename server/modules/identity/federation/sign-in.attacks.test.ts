import { createHash } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { embeddedTestDatabase, type TestDatabase } from '../../../testing/database.ts';
import {
  HOSTILE_CLIENT,
  type HostileProvider,
  startHostileProvider,
} from '../../../testing/hostile-provider.ts';
import { type IdentityWorld, identityWorld } from '../../../testing/identity-world.ts';
import { issuerKeyPair } from '../../../testing/token-issuer.ts';

const ORIGIN = 'https://scriptorium.example';
const SECRET = { 'x-admin-secret': 'the admin secret of the tests, long enough' };
const INVALID = 'federation.answer_not_valid';
const ENDED = 'federation.flow_ended';
const AWAY = 'federation.provider_unavailable';
const REFUSED = 'federation.refused_by_provider';

let db: TestDatabase;
let world: IdentityWorld;
let provider: HostileProvider;
let organizationId: string;

beforeAll(async () => {
  db = await embeddedTestDatabase();
  provider = await startHostileProvider();
  world = await identityWorld(db, { reach: [provider.place] });
  ({ organizationId } = await world.join('founder@here.example'));
});
afterAll(async () => {
  await world.close();
  await provider.close();
  await db.close();
});
beforeEach(async () => {
  provider.reset();
  await db.owner('delete from identity_providers');
  await db.owner("delete from users where email = 'somebody@hostile.example'");
  await trust('acme');
});
afterEach(() => vi.useRealTimers());

async function trust(slug: string, settings: object = {}) {
  const made = await world.http.inject({
    ...{ method: 'POST', url: '/api/v1/operator/identity-providers', headers: SECRET },
    payload: {
      ...{ slug, label: slug, issuer: provider.issuer, createUsers: true },
      ...{ clientId: HOSTILE_CLIENT.id, clientSecret: HOSTILE_CLIENT.secret },
      organizations: [{ organizationId, claimValue: null }],
      ...settings,
    },
  });
  expect(made.statusCode, made.body).toBe(201);
}

/** What a browser knows after it was sent to the provider. */
interface Flow {
  readonly cookie: string;
  readonly state: string;
  readonly nonce: string;
  readonly challenge: string;
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

test('the provider as it should be signs people in, with a proof of the code challenge and the secret', async () => {
  const flow = await start();
  await honest(flow);
  expect(await land(flow.cookie, { code: 'a code', state: flow.state })).toBe('in');
  const verifier = provider.asked.get('code_verifier') ?? '';
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(flow.challenge);
  expect(provider.asked.get('redirect_uri')).toBe(`${ORIGIN}/api/v1/auth/oidc/acme/callback`);
});

describe('an answer that is not to this browser’s question', () => {
  test.each<[string, (flow: Flow) => Record<string, string> | string]>([
    ['another state', () => ({ code: 'a code', state: 'another' })],
    ['no state', () => ({ code: 'a code' })],
    ['two states', ({ state }) => `code=c&state=${state}&state=${state}`],
    ['two codes', ({ state }) => `code=c&code=d&state=${state}`],
    ['no code', ({ state }) => ({ state })],
    ['another issuer (mix-up)', ({ state }) => ({ code: 'c', state, iss: 'https://other.example' })],
    ['two issuers', ({ state }) => `code=c&state=${state}&iss=${provider.issuer}&iss=https://other.example`],
  ])('%s', async (_name, query) => {
    const flow = await start();
    await honest(flow);
    expect(await land(flow.cookie, query(flow))).toBe(INVALID);
    expect([...provider.asked]).toEqual([]);
  });

  test('no issuer from a provider that says that it sends one', async () => {
    provider.describe({ authorization_response_iss_parameter_supported: true });
    const flow = await start();
    await honest(flow);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(INVALID);
  });

  test('in another browser, which has no flow', async () => {
    const flow = await start();
    await honest(flow);
    expect(await land('', { code: 'c', state: flow.state })).toBe(ENDED);
  });

  test('in another browser, which has a flow of its own (code injection)', async () => {
    const victim = await start();
    const attacker = await start();
    await honest(victim);
    expect(await land(attacker.cookie, { code: 'c', state: victim.state })).toBe(INVALID);
    // Even with the attacker's own state the ID token is not for this flow.
    const again = await start();
    expect(await land(again.cookie, { code: 'c', state: again.state })).toBe(INVALID);
  });

  test('a second time, with the cookie that the browser no longer has', async () => {
    const flow = await start();
    await honest(flow);
    const query = { code: 'c', state: flow.state };
    expect(await land(flow.cookie, query)).toBe('in');
    expect(await land(flow.cookie, query)).toBe(ENDED);
  });

  test('many times at once: one signs in', async () => {
    const flow = await start();
    await honest(flow);
    const query = { code: 'c', state: flow.state };
    const landings = await Promise.all(Array.from({ length: 10 }, () => land(flow.cookie, query)));
    expect(landings.filter((landing) => landing === 'in')).toHaveLength(1);
  });

  test('at another provider’s callback', async () => {
    await trust('other');
    const flow = await start('acme');
    await honest(flow);
    expect(await land(flow.cookie, { code: 'c', state: flow.state }, 'other')).toBe(ENDED);
  });

  test('after ten minutes', async () => {
    const flow = await start();
    await honest(flow);
    world.pass(601);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(ENDED);
  });

  test('with a flow that somebody has changed', async () => {
    const flow = await start();
    await honest(flow);
    const changed = flow.cookie.slice(0, -3) + (flow.cookie.endsWith('AAA') ? 'BBB' : 'AAA');
    for (const cookie of [
      changed,
      '__Host-scriptorium_oidc=',
      '__Host-scriptorium_oidc=e30',
      '__Host-scriptorium_oidc=%00',
    ])
      expect(await land(cookie, { code: 'c', state: flow.state })).toBe(ENDED);
  });

  test('where the provider was switched off meanwhile', async () => {
    const flow = await start();
    await honest(flow);
    await db.owner('update identity_providers set enabled = false');
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(ENDED);
  });
});

describe('an ID token that does not hold', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  test.each<[string, (flow: Flow) => Promise<string> | string]>([
    ['no nonce', () => provider.idToken({})],
    ['another nonce', () => provider.idToken({ nonce: 'another' })],
    ['another issuer', ({ nonce }) => provider.idToken({ nonce, iss: 'https://other.example' })],
    ['another audience', ({ nonce }) => provider.idToken({ nonce, aud: 'somebody else' })],
    [
      'two audiences and the other one’s party',
      ({ nonce }) => provider.idToken({ nonce, aud: [HOSTILE_CLIENT.id, 'other'], azp: 'other' }),
    ],
    ['expired', ({ nonce }) => provider.idToken({ nonce, exp: seconds() - 60 })],
    ['not yet valid', ({ nonce }) => provider.idToken({ nonce, nbf: seconds() + 600 })],
    ['no expiry', ({ nonce }) => provider.idToken({ nonce, exp: undefined })],
    ['no time of issue', ({ nonce }) => provider.idToken({ nonce, iat: undefined })],
    ['no subject', ({ nonce }) => provider.idToken({ nonce, sub: undefined })],
    ['a subject that is no text', ({ nonce }) => provider.idToken({ nonce, sub: 5 })],
    ['a subject without end', ({ nonce }) => provider.idToken({ nonce, sub: 'x'.repeat(256) })],
    ['a subject with NUL', ({ nonce }) => provider.idToken({ nonce, sub: 'a\0b' })],
    [
      'no signature',
      ({ nonce }) =>
        new UnsecuredJWT({ nonce, email: 'a@b.example', email_verified: true })
          .setIssuer(provider.issuer)
          .setAudience(HOSTILE_CLIENT.id)
          .setSubject('somebody')
          .setIssuedAt()
          .setExpirationTime('5m')
          .encode(),
    ],
    [
      'signed with the client’s secret',
      ({ nonce }) =>
        new SignJWT({ nonce, email: 'a@b.example', email_verified: true })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer(provider.issuer)
          .setAudience(HOSTILE_CLIENT.id)
          .setSubject('somebody')
          .setIssuedAt()
          .setExpirationTime('5m')
          .sign(Buffer.from(HOSTILE_CLIENT.secret)),
    ],
    [
      'signed with a key that is not published',
      async ({ nonce }) => provider.idToken({ nonce }, {}, await issuerKeyPair('RS256', 'first')),
    ],
    [
      'with its own key in the header',
      async ({ nonce }) => {
        const stranger = await issuerKeyPair('RS256', 'stranger');
        return provider.idToken({ nonce }, { jwk: stranger.publicJwk }, stranger);
      },
    ],
    ['a critical extension', ({ nonce }) => provider.idToken({ nonce }, { crit: ['b64'], b64: true })],
    ['no token at all', () => 'not a token'],
  ])('%s', async (_name, idToken) => {
    const flow = await start();
    provider.give(await idToken(flow));
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(INVALID);
    expect(await db.owner('select from federated_identities')).toEqual([]);
  });

  test('none', async () => {
    const flow = await start();
    provider.answer('/token', (response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"access_token":"a","token_type":"Bearer"}');
    });
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(INVALID);
  });

  test('what the user info says is about another person', async () => {
    provider.describe({ userinfo_endpoint: `${provider.issuer}/userinfo` });
    provider.answer('/userinfo', (response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"sub":"the director","email":"director@here.example","email_verified":true}');
    });
    const flow = await start();
    await honest(flow, { email: undefined });
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(INVALID);
  });
});

describe('keys', () => {
  test('that follow one another are found', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const first = await start();
    await honest(first);
    expect(await land(first.cookie, { code: 'c', state: first.state })).toBe('in');
    const next = await issuerKeyPair('RS256', 'second');
    provider.publish(next);
    vi.setSystemTime(Date.now() + 61_000);
    const second = await start();
    provider.give(await provider.idToken({ nonce: second.nonce }, {}, next));
    expect(await land(second.cookie, { code: 'c', state: second.state })).toBe('in');
  });
});

describe('a provider that is not well', () => {
  test.each<[string, string, Parameters<HostileProvider['answer']>[1], string]>([
    ['the token endpoint fails', '/token', (response) => void response.writeHead(500).end(), AWAY],
    ['the token endpoint talks HTML', '/token', (response) => void response.end('<html>'), INVALID],
    ['the token endpoint cuts the line', '/token', (response) => void response.destroy(), AWAY],
    [
      'the token endpoint leads inside',
      '/token',
      (response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      INVALID,
    ],
    [
      'the token endpoint never ends',
      '/token',
      (response) => {
        response.setHeader('content-type', 'application/json');
        response.write(`{"access_token":"${'a'.repeat(2_000_000)}`);
        response.end('"}');
      },
      INVALID,
    ],
    ['the keys are away', '/jwks', (response) => void response.writeHead(503).end(), AWAY],
    [
      'the code is not known',
      '/token',
      (response) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end('{"error":"invalid_grant","error_description":"<script>"}');
      },
      REFUSED,
    ],
  ])('%s', async (_name, path, answer, code) => {
    const flow = await start();
    await honest(flow);
    provider.answer(path, answer);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(code);
  });

  test('the person said no', async () => {
    const flow = await start();
    const query = { error: 'access_denied', error_description: 'no', state: flow.state };
    expect(await land(flow.cookie, query)).toBe(REFUSED);
  });

  test.each<[string, Parameters<HostileProvider['answer']>[1]]>([
    ['away', (response) => void response.writeHead(500).end()],
    [
      'another one',
      (response) => {
        response.setHeader('content-type', 'application/json');
        response.end('{"issuer":"https://other.example"}');
      },
    ],
    [
      'leads elsewhere',
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['garbage', (response) => void response.end('{{{{')],
  ])('the discovery document is %s: the sign-in page says so, and later it works', async (_name, answer) => {
    const well = '/.well-known/openid-configuration';
    const document = await (await fetch(`${provider.issuer}${well}`)).text();
    provider.answer(well, answer);
    const failed = await world.http.inject({ url: '/api/v1/auth/oidc/acme/start' });
    expect(failed.statusCode).toBe(303);
    expect(failed.headers.location).toBe(`${ORIGIN}/sign-in?error=${AWAY}`);
    expect(failed.cookies).toEqual([]);
    provider.answer(well, (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(document);
    });
    const flow = await start();
    await honest(flow);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe('in');
  });

  test('every failure has its sentence, and nothing else has', async () => {
    for (const code of [INVALID, ENDED, AWAY, REFUSED]) {
      const answer = await world.http.inject({ url: `/api/v1/auth/oidc/errors/${code}` });
      expect(answer.json()).toMatchObject({ code, message: expect.stringMatching(/^\p{Lu}.*\.$/u) });
    }
    for (const code of ['toString', 'federation.nothing', 'x'.repeat(100)]) {
      const answer = await world.http.inject({ url: `/api/v1/auth/oidc/errors/${code}` });
      expect(answer.statusCode).toBe(404);
    }
  });
});
