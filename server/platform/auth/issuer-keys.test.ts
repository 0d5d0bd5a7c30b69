import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type IssuerKeyPair,
  issuerKeyPair,
  type KeyServer,
  keyServer,
  signAs,
} from '../../testing/token-issuer.ts';
import { createIssuerVerifier, type IssuerVerifier } from './index.ts';
import { createIssuerKeys } from './issuer-keys.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ISSUER = 'https://issuer.example/';
/** For what happens beside the call that caused it. */
const SOON = { timeout: 30_000 };
/** Milliseconds after which an answer that never comes is given up. */
const HANGS = 300;

const first = await issuerKeyPair('RS256', 'first');
const second = await issuerKeyPair('RS256', 'second');
const unknown = await issuerKeyPair('RS256', 'unknown');

let now = NOW;
let server: KeyServer;
let verifier: IssuerVerifier;
let warnings: unknown[];
beforeEach(async () => {
  now = NOW;
  warnings = [];
  server = await keyServer();
  server.publish(first.publicJwk);
  verifier = verifierOf(server);
});
afterEach(() => server.close());

function verifierOf({ url, outbound }: KeyServer): IssuerVerifier {
  return createIssuerVerifier({
    ...{ issuer: ISSUER, audience: 'us', algorithms: ['RS256', 'ES256'], jwksUri: url, outbound },
    clock: () => new Date(now),
    logger: { warn: (...line: unknown[]) => warnings.push(line) },
  });
}

const at = () => Math.floor(now / 1000);
/** Each token is another one, so that none is remembered. */
let serial = 0;
function tokenOf(pair: IssuerKeyPair, header?: Record<string, unknown>): Promise<string> {
  serial += 1;
  const times = { iat: at(), exp: at() + 48 * 3600 };
  return signAs(pair, { iss: ISSUER, aud: 'us', sub: `person ${serial}`, ...times }, header);
}
const accepts = async (pair: IssuerKeyPair) => (await verifier.verify(await tokenOf(pair))) !== undefined;
const unavailable = { kind: 'unavailable', code: 'auth.issuer_unavailable', retryAfterSeconds: 10 };

test('the keys are read once for many tokens, also for those that come at the same time', async () => {
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(first)));
  const verified = await Promise.all(tokens.map((token) => verifier.verify(token)));
  expect(verified.every((claims) => claims?.issuer === ISSUER)).toBe(true);
  expect(server.asked).toBe(1);
});

test('a new key is found by its id, and made-up ids ask once a minute', async () => {
  expect(await accepts(first)).toBe(true);
  server.publish(first.publicJwk, second.publicJwk);
  expect(await accepts(second)).toBe(false);
  now += MINUTE;
  expect(await accepts(second)).toBe(true);
  expect(server.asked).toBe(2);
  for (let count = 0; count < 50; count += 1) expect(await accepts(unknown)).toBe(false);
  expect(server.asked).toBe(2);
  now += MINUTE;
  for (let count = 0; count < 50; count += 1) expect(await accepts(unknown)).toBe(false);
  expect(server.asked).toBe(3);
});

test('a key that is published no more is refused after the next reading, also for a token that was verified', async () => {
  const token = await tokenOf(first);
  expect(await verifier.verify(token)).toBeDefined();
  server.publish(second.publicJwk);
  now += 11 * MINUTE;
  // Old keys are read again beside the request that found them old.
  await verifier.verify(token);
  await expect.poll(() => verifier.verify(token), SOON).toBeUndefined();
  expect(await accepts(second)).toBe(true);
  expect(server.asked).toBe(2);
});

test('an id that is given to another key is that key’s from then on', async () => {
  const token = await tokenOf(first);
  expect(await verifier.verify(token)).toBeDefined();
  server.publish({ ...second.publicJwk, kid: 'first' });
  now += 11 * MINUTE;
  await verifier.verify(token);
  await expect.poll(() => verifier.verify(token), SOON).toBeUndefined();
  expect(await verifier.verify(await tokenOf(second, { kid: 'first' }))).toBeDefined();
});

test('a key that is published unchanged stays the same, so that tokens are not verified again', async () => {
  const keys = createIssuerKeys({
    ...{ jwksUri: server.url, outbound: server.outbound, algorithms: ['RS256'] },
    clock: () => new Date(now),
    logger: { warn: () => undefined },
  });
  const wanted = { algorithm: 'RS256', kid: 'first' } as const;
  const key = await keys.find(wanted);
  server.publish(second.publicJwk, first.publicJwk);
  now += MINUTE;
  expect(await keys.find({ algorithm: 'RS256', kid: 'second' })).toBeDefined();
  expect(keys.get(wanted)).toBe(key);
});

describe('an issuer that is down', () => {
  test('keeps its keys for a day, and no longer', async () => {
    expect(await accepts(first)).toBe(true);
    server.answer((_request, response) => void response.writeHead(500).end());
    now += 11 * MINUTE;
    expect(await accepts(first)).toBe(true);
    await expect.poll(() => warnings.length, SOON).toBe(1);
    now = NOW + 23 * HOUR;
    expect(await accepts(first)).toBe(true);
    await expect.poll(() => warnings.length, SOON).toBe(2);
    now = NOW + 24 * HOUR + 1;
    await expect(accepts(first)).rejects.toMatchObject(unavailable);
    server.publish(first.publicJwk);
    now += 10_000;
    expect(await accepts(first)).toBe(true);
  });

  test('from the start: says so, asks again after ten seconds, and recovers', async () => {
    server.answer((_request, response) => void response.writeHead(503).end());
    for (let count = 0; count < 5; count += 1)
      await expect(accepts(first)).rejects.toMatchObject(unavailable);
    expect(server.asked).toBe(1);
    server.publish(first.publicJwk);
    now += 10_000;
    expect(await accepts(first)).toBe(true);
    expect(server.asked).toBe(2);
  });

  test('does not turn an unknown key into a refusal while nobody can know', async () => {
    expect(await accepts(first)).toBe(true);
    server.answer((_request, response) => void response.writeHead(500).end());
    now += MINUTE;
    await expect(accepts(second)).rejects.toMatchObject(unavailable);
    await expect(accepts(second)).rejects.toMatchObject(unavailable);
    expect(await accepts(first)).toBe(true);
    expect(server.asked).toBe(2);
  });
});

describe('an answer that is none', () => {
  test.each<[string, ...Parameters<KeyServer['answer']>]>([
    ['never comes', () => undefined, HANGS],
    ['never ends', (_request, response) => void response.write('{"keys":['), HANGS],
    [
      'is cut',
      (_request, response) =>
        void response.writeHead(200, { 'content-length': 500 }).write('{', () => response.destroy()),
    ],
    ['is a page', (_request, response) => void response.end('<html>Maintenance</html>')],
    ['is empty', (_request, response) => void response.end()],
    ['is no UTF-8', (_request, response) => void response.end(Buffer.from([0xff, 0xfe]))],
    ['is null', (_request, response) => void response.end('null')],
    ['is a list', (_request, response) => void response.end('[]')],
    ['has no keys', (_request, response) => void response.end('{"keys":[]}')],
    ['has keys that are none', (_request, response) => void response.end('{"keys":[1,null,"x",[],{}]}')],
    [
      'has too many keys',
      (_request, response) =>
        void response.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => first.publicJwk) })),
    ],
    [
      'is longer than key sets are',
      (_request, response) =>
        void response.end(JSON.stringify({ keys: [first.publicJwk], more: 'x'.repeat(256_000) })),
    ],
    [
      'has 10 MB',
      (_request, response) =>
        void response.end(JSON.stringify({ keys: [first.publicJwk], more: 'x'.repeat(10_000_000) })),
    ],
    [
      'has 10 MB in few bytes',
      (_request, response) =>
        void response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(JSON.stringify({ keys: [first.publicJwk], more: 'x'.repeat(10_000_000) }))),
    ],
    [
      'is an error with keys',
      (_request, response) => void response.writeHead(404).end(JSON.stringify({ keys: [first.publicJwk] })),
    ],
    [
      'leads to a place inside',
      (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/keys' }).end(),
    ],
  ])('%s: no keys from it, and those of before stay', async (_case, ...answer) => {
    server.answer(...answer);
    await expect(accepts(first)).rejects.toMatchObject(unavailable);
    server.publish(first.publicJwk);
    now += 10_000;
    expect(await accepts(first)).toBe(true);
    server.answer(...answer);
    now += MINUTE;
    await expect(accepts(unknown)).rejects.toMatchObject(unavailable);
    expect(await accepts(first)).toBe(true);
  });
});

describe('published keys that are not used', () => {
  const { publicJwk } = first;
  const short = Buffer.from(String(publicJwk.n), 'base64url').subarray(0, 128).toString('base64url');
  test.each<[string, object]>([
    ['a symmetric one', { kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'HS256' }],
    ['a private one', first.privateJwk],
    ['one for encryption', { ...publicJwk, use: 'enc' }],
    ['one for other operations', { ...publicJwk, key_ops: ['encrypt'] }],
    ['one for no operation', { ...publicJwk, key_ops: [] }],
    ['one for an algorithm that is not allowed', { ...publicJwk, alg: 'PS256' }],
    ['one for an algorithm with a shared secret', { ...publicJwk, alg: 'HS256' }],
    ['one of 1024 bits', { ...publicJwk, n: short }],
    ['one of 32,768 bits', { ...publicJwk, n: Buffer.alloc(4096, 0xff).toString('base64url') }],
    ['one with the exponent 1', { ...publicJwk, e: 'AQ' }],
    ['one with an even exponent', { ...publicJwk, e: 'AQAC' }],
    ['one without an exponent', { ...publicJwk, e: undefined }],
    ['one whose id is a number', { ...publicJwk, kid: 1 }],
    [
      'a point that is not on its curve',
      { kty: 'EC', crv: 'P-256', kid: 'first', x: 'A'.repeat(43), y: 'A'.repeat(43) },
    ],
    [
      'a curve that is not allowed',
      { kty: 'EC', crv: 'secp256k1', kid: 'first', x: 'A'.repeat(43), y: 'A'.repeat(43) },
    ],
  ])('%s', async (_case, jwk) => {
    server.publish(jwk, second.publicJwk);
    expect(await accepts(first)).toBe(false);
    expect(await accepts(second)).toBe(true);
  });

  test('two under one id', async () => {
    server.publish(publicJwk, { ...second.publicJwk, kid: 'first' });
    expect(await accepts(first)).toBe(false);
  });
});

describe('keys that moved', () => {
  let elsewhere: KeyServer;
  let located: number;
  let place: () => Promise<string>;
  beforeEach(async () => {
    elsewhere = await keyServer();
    elsewhere.publish(second.publicJwk);
    located = 0;
    place = async () => elsewhere.url;
    const request: KeyServer['outbound']['request'] = (url, options) =>
      (url === server.url ? server : elsewhere).outbound.request(url, options);
    verifier = createIssuerVerifier({
      ...{
        issuer: ISSUER,
        audience: 'us',
        algorithms: ['RS256'],
        jwksUri: server.url,
        outbound: { request },
      },
      locate: () => {
        located += 1;
        return place();
      },
      clock: () => new Date(now),
      logger: { warn: (...line: unknown[]) => warnings.push(line) },
    });
  });
  afterEach(() => elsewhere.close());

  test.each([404, 410])('are found where the issuer says, when the old place answers %d', async (status) => {
    expect(await accepts(first)).toBe(true);
    server.answer((_request, response) => void response.writeHead(status).end());
    now += HOUR;
    expect(await accepts(second)).toBe(true);
    expect(located).toBe(1);
    expect(await accepts(first)).toBe(false);
  });

  test('are found where the issuer says, when the old place does not know the key', async () => {
    expect(await accepts(first)).toBe(true);
    now += HOUR;
    const accepted = await Promise.all([accepts(second), accepts(second), accepts(second)]);
    expect(accepted).toEqual([true, true, true]);
    expect(located).toBe(1);
  });

  test('are looked for once an hour, however many ids are made up', async () => {
    place = async () => server.url;
    for (let minute = 0; minute < 180; minute += 1) {
      now += MINUTE;
      expect(await accepts(unknown)).toBe(false);
    }
    expect(located).toBe(3);
  });

  test('are not looked for when the old place has only a bad day', async () => {
    server.answer((_request, response) => void response.writeHead(503).end());
    now += HOUR;
    await expect(accepts(second)).rejects.toMatchObject(unavailable);
    expect(located).toBe(0);
  });

  test('while nobody says where, the old ones count', async () => {
    expect(await accepts(first)).toBe(true);
    place = () => Promise.reject(new Error('away'));
    now += HOUR;
    expect(await accepts(second)).toBe(false);
    expect(await accepts(first)).toBe(true);
    expect(located).toBe(1);
  });
});
