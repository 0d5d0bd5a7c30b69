import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { HOSTILE_CLIENT, type HostileProvider } from '../../../testing/hostile-provider.ts';
import { type Flow, hostileSignInStage, INVALID } from '../../../testing/hostile-sign-in-stage.ts';
import { issuerKeyPair } from '../../../testing/token-issuer.ts';

const { now, start, land, honest } = hostileSignInStage();
let db: TestDatabase;
let provider: HostileProvider;
beforeAll(() => {
  ({ db, provider } = now());
});
afterEach(() => vi.useRealTimers());

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
