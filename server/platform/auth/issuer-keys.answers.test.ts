import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { issuerKeysStage, MINUTE, unavailable } from '../../testing/issuer-keys-stage.ts';
import type { KeyServer } from '../../testing/token-issuer.ts';

/** Milliseconds after which an answer that never comes is given up. */
const HANGS = 300;

const { first, second, unknown, clock, accepts, current } = await issuerKeysStage();
let server: KeyServer;
beforeEach(() => {
  ({ server } = current());
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
    clock.now += 10_000;
    expect(await accepts(first)).toBe(true);
    server.answer(...answer);
    clock.now += MINUTE;
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
