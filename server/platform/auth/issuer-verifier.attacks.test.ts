import { constants, createHash, createHmac, sign as signWith } from 'node:crypto';
import fc from 'fast-check';
import { UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  encode,
  HEADER,
  ISSUER,
  inputOf,
  issuerVerifierStage,
  PAYLOAD,
  SECONDS,
} from '../../testing/issuer-verifier-stage.ts';
import { type KeyServer, signAs } from '../../testing/token-issuer.ts';
import type { IssuerVerifier } from './index.ts';

const {
  rs,
  ps,
  es,
  ed,
  newer,
  stranger,
  any,
  anyJwk,
  weak,
  raw,
  header,
  payload,
  verify,
  verifierOf,
  current,
} = await issuerVerifierStage();
let server: KeyServer;
let verifier: IssuerVerifier;
beforeAll(() => {
  ({ server, verifier } = current());
});

const publicPem = any.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const hmac = (secret: string | Uint8Array, change: object = {}) => {
  const input = inputOf({ ...HEADER, alg: 'HS256', ...change });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};
const pss = (token: string) => {
  const input = token.slice(0, token.lastIndexOf('.'));
  const key = { key: any.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return `${input}.${encode(signWith('sha256', Buffer.from(input), key))}`;
};
/** With the exponent 1 the padded digest is its own signature (RFC 8017, 9.2). */
const byExponentOne = () => {
  const input = inputOf({ alg: 'RS256', kid: 'one' });
  const digest = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    createHash('sha256').update(input).digest(),
  ]);
  const padding = Buffer.alloc(256 - 3 - digest.length, 0xff);
  return `${input}.${encode(Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digest]))}`;
};

describe('refused', () => {
  test.each<[string, () => string | Promise<string>]>([
    ['alg none', () => new UnsecuredJWT(PAYLOAD).encode()],
    ...['none', 'None', 'nOnE'].map((alg): [string, () => string] => [
      `alg ${alg} with a right signature`,
      () => header({ alg }),
    ]),
    ['HS256 with the public key as PEM', () => hmac(publicPem)],
    ['HS256 with the public key as JWK', () => hmac(JSON.stringify(anyJwk))],
    ['HS256 with the empty secret', () => hmac('')],
    ['HS256 with an embedded secret', () => hmac('k', { jwk: { kty: 'oct', k: encode('k') } })],
    ['RS256 of a stranger under a known id', () => signAs(stranger, PAYLOAD, { kid: 'rs' })],
    ['RS256 with the id of an EC key', () => header({ kid: 'es' })],
    [
      'PS256 by a key for RS256',
      () => signAs({ ...ps, privateKey: rs.privateKey, alg: 'RS256' }, PAYLOAD, { alg: 'RS256', kid: 'ps' }),
    ],
    ['RS256 that is signed with the other padding', () => pss(raw(HEADER))],
    ['PS256 that is signed with the other padding', () => header({ alg: 'PS256' })],
    [
      'EdDSA by the newer name, with a key that is published by the older one',
      () => signAs(ed, PAYLOAD, { alg: 'Ed25519', kid: 'ed' }),
    ],
    ['a key of 1024 bits', () => raw({ alg: 'RS256', kid: 'weak' }, PAYLOAD, weak.privateKey)],
    ['a key with the exponent 1', byExponentOne],
    ['alg a list', () => header({ alg: ['RS256'] })],
    ['no alg', () => raw({ kid: 'any' })],
    ['alg toString', () => header({ alg: 'toString' })],
    ['no kid where several keys fit', () => raw({ alg: 'RS256' })],
    ['kid a list', () => header({ kid: ['any'] })],
    ['kid a number', () => header({ kid: 1 })],
    ['kid null', () => header({ kid: null })],
    ['kid empty', () => header({ kid: '' })],
    ['kid with a path', () => header({ kid: '../any' })],
    ['kid __proto__', () => header({ kid: '__proto__' })],
    ['kid of 1 kB', () => header({ kid: 'a'.repeat(1000) })],
    ['an embedded key', () => signAs(stranger, PAYLOAD, { kid: 'any', jwk: stranger.publicJwk })],
    ['a key address', () => signAs(stranger, PAYLOAD, { kid: 'any', jku: server.url })],
    ['a certificate', () => signAs(stranger, PAYLOAD, { kid: 'any', x5c: [encode('x')] })],
    ['crit', () => header({ crit: ['exp'], exp: 1 })],
    ['crit empty', () => header({ crit: [] })],
    ['b64', () => header({ b64: false })],
    ['a logout token', () => header({ typ: 'logout+jwt' })],
    ['a proof of possession', () => header({ typ: 'dpop+jwt' })],
    ['typ a list', () => header({ typ: ['JWT'] })],
    ['alg twice', () => raw('{"alg":"none","alg":"RS256","kid":"any"}')],
    ['alg twice, spelt with an escape', () => raw('{"\\u0061lg":"none","alg":"RS256","kid":"any"}')],
    ['a header that is a list', () => raw([HEADER])],
    ['a header that is no JSON', () => raw('{')],
    [
      'a header that is no UTF-8',
      () => raw(HEADER).replace(/^[^.]+/, encode(Buffer.from([0x7b, 0xff, 0x7d]))),
    ],
    ['sub twice', () => raw(HEADER, JSON.stringify(PAYLOAD).replace('{', '{"sub":"somebody else",'))],
    [
      'a claim twice, inside another',
      () => raw(HEADER, JSON.stringify(PAYLOAD).replace('{', '{"org":{"id":1,"id":2},')),
    ],
    ['a payload that is null', () => raw(HEADER, 'null')],
    ['a payload nested deeply', () => raw(HEADER, `{"a":${'['.repeat(5000)}`)],
    ['another issuer', () => payload({ iss: 'https://other.example/' })],
    ['the issuer without its slash', () => payload({ iss: ISSUER.slice(0, -1) })],
    ['a list of issuers', () => payload({ iss: [ISSUER] })],
    ['another audience', () => payload({ aud: 'another' })],
    ['an audience that begins as ours', () => payload({ aud: 'us.example' })],
    ['audiences without ours', () => payload({ aud: ['another', 'third'] })],
    ['no audiences', () => payload({ aud: [] })],
    ...['iss', 'aud', 'sub', 'iat', 'exp'].flatMap((name): [string, () => string][] => [
      [`no ${name}`, () => payload({ [name]: undefined })],
      [`${name} null`, () => payload({ [name]: null })],
      [`${name} empty`, () => payload({ [name]: '' })],
      [`${name} an object`, () => payload({ [name]: {} })],
    ]),
    ...(['iat', 'nbf', 'exp'] as const).flatMap((name): [string, () => string][] => [
      [`${name} text`, () => payload({ [name]: String(SECONDS) })],
      [`${name} negative`, () => payload({ [name]: -1 })],
      [
        `${name} infinite`,
        () =>
          raw(HEADER, JSON.stringify({ ...PAYLOAD, [name]: 0 }).replace(`"${name}":0`, `"${name}":1e999`)),
      ],
    ]),
    ['a subject of 256 characters', () => payload({ sub: 'a'.repeat(256) })],
    ['a subject with NUL', () => payload({ sub: 'a\u0000' })],
    [
      'a subject that is half a character',
      () => raw(HEADER, JSON.stringify(PAYLOAD).replace('person|1', '\\ud800')),
    ],
    ['padding', () => `${raw(HEADER)}=`],
    ['white space', () => ` ${raw(HEADER)}`],
    [
      'the other base64 alphabet',
      () =>
        raw({ ...HEADER, more: '>>>???' })
          .replaceAll('-', '+')
          .replaceAll('_', '/')
          .replace(/^/, '+'),
    ],
    ['four parts', () => `${raw(HEADER)}.AAAA`],
    ['no signature', () => `${inputOf(HEADER)}.`],
    ['a signature of another token', () => `${inputOf(HEADER)}.${payload({ jti: '1' }).split('.')[2]}`],
    ['an empty signature of zeros', () => `${inputOf(HEADER)}.${encode(Buffer.alloc(256))}`],
    ['ES256 with r and s zero', () => `${inputOf({ alg: 'ES256', kid: 'es' })}.${encode(Buffer.alloc(64))}`],
    ['ES256 in DER', () => signAs(es, PAYLOAD).then(inDer)],
    ['EdDSA with zeros', () => `${inputOf({ alg: 'EdDSA', kid: 'ed' })}.${encode(Buffer.alloc(64))}`],
    [
      'JSON serialization',
      () => JSON.stringify({ payload: encode(JSON.stringify(PAYLOAD)), signatures: [] }),
    ],
    ['nothing', () => ''],
    ['a megabyte', () => 'a'.repeat(1_000_000)],
    ['9 kB', () => payload({ more: 'x'.repeat(9000) })],
  ])('%s', async (_attack, token) => {
    expect(await verify(token())).toBeUndefined();
  });

  test('an algorithm that is not on the list, though its key is published', async () => {
    const only = verifierOf({ algorithms: ['ES256'] });
    expect(await only.verify(await signAs(es, PAYLOAD))).toBeDefined();
    for (const pair of [rs, ps, ed, newer])
      expect(await only.verify(await signAs(pair, PAYLOAD))).toBeUndefined();
  });

  test('a type that is not wanted', async () => {
    const only = verifierOf({ types: ['at+jwt'] });
    expect(await only.verify(header({ typ: 'at+jwt' }))).toBeDefined();
    expect(await only.verify(header({ typ: 'JWT' }))).toBeUndefined();
    expect(await only.verify(raw(HEADER))).toBeUndefined();
  });

  test('every token with one changed character', async () => {
    const token = await signAs(es, PAYLOAD);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        async (at, other) => {
          fc.pre(token[at] !== other);
          expect(await verifier.verify(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('no token makes us call anybody but the address that an operator set', async () => {
  const asked = server.asked;
  const header = { kid: 'any', jku: server.url, x5u: server.url, jwk: stranger.publicJwk };
  await verify(signAs(stranger, PAYLOAD, header));
  expect(server.asked).toBe(asked);
});

/** A signature as others write it (ASN.1), in place of r ‖ s. */
function inDer(token: string): string {
  const at = token.lastIndexOf('.') + 1;
  const bytes = Buffer.from(token.slice(at), 'base64url');
  const integer = (part: Buffer) => Buffer.concat([Buffer.from([2, part.length + 1, 0]), part]);
  const body = Buffer.concat([integer(bytes.subarray(0, 32)), integer(bytes.subarray(32))]);
  return token.slice(0, at) + encode(Buffer.concat([Buffer.from([0x30, body.length]), body]));
}
