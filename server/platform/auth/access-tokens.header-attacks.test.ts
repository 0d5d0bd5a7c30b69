import { generateKeyPairSync, sign as signWith } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  type Attack,
  encode,
  HEADER,
  header,
  hmac,
  ISSUER,
  keyObject,
  neighbour,
  own,
  PAYLOAD,
  partsOf,
  privateJwk,
  publicPem,
  signed,
  signer,
  stranger,
  VERIFIED,
} from '../../testing/token-forge.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = publicPem(own);
const publicBytes = Buffer.from(privateJwk(own).x, 'base64url');
const strangerJwk = { kty: 'OKP', crv: 'Ed25519', x: privateJwk(stranger).x };

const ALGORITHM: readonly Attack[] = [
  ['none', () => new UnsecuredJWT(PAYLOAD).encode()],
  ...['none', 'None', 'NONE', 'nOnE', ' none', 'none\u0000'].map(
    (alg): Attack => [`${JSON.stringify(alg)} with our signature`, () => header({ alg })],
  ),
  ['none with the signature cut off', () => `${partsOf({ ...HEADER, alg: 'none' }, PAYLOAD)}.`],
  ['none and two parts', () => partsOf({ ...HEADER, alg: 'none' }, PAYLOAD)],
  ['no alg', () => signed({ typ: 'at+jwt', kid: own.kid }, PAYLOAD)],
  ['alg null', () => header({ alg: null })],
  ['alg a list', () => header({ alg: ['EdDSA'] })],
  ['alg empty', () => header({ alg: '' })],
  ['alg in other letters', () => header({ alg: 'eddsa' })],
  ['the newer name of the same algorithm, which we do not write', () => header({ alg: 'Ed25519' })],
  ['HS256 with the public key as PEM', () => hmac({ ...HEADER, alg: 'HS256' }, pem)],
  [
    'HS256 with the public key as PEM without its last line break',
    () => hmac({ ...HEADER, alg: 'HS256' }, pem.trim()),
  ],
  ['HS256 with the bytes of the public key', () => hmac({ ...HEADER, alg: 'HS256' }, publicBytes)],
  ['HS256 with x as text', () => hmac({ ...HEADER, alg: 'HS256' }, privateJwk(own).x)],
  ['HS512 with the bytes of the public key', () => hmac({ ...HEADER, alg: 'HS512' }, publicBytes, 'sha512')],
  ['HS256 with the empty secret', () => hmac({ ...HEADER, alg: 'HS256' }, '')],
  ['an HMAC that calls itself EdDSA', () => hmac(HEADER, publicBytes)],
  ['RS256 of a stranger', () => foreign('RS256')],
  ['ES256 of a stranger', () => foreign('ES256')],
  ['EdDSA of a stranger under our id', () => signed(HEADER, PAYLOAD, stranger)],
  ['encrypted: five parts', () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA'],
];

const KEY: readonly Attack[] = [
  ['an embedded key', () => signed({ ...HEADER, jwk: strangerJwk }, PAYLOAD, stranger)],
  [
    'an embedded key that is ours',
    () => header({ jwk: { kty: 'OKP', crv: 'Ed25519', x: privateJwk(own).x } }),
  ],
  [
    'an embedded symmetric key',
    () => hmac({ ...HEADER, alg: 'HS256', jwk: { kty: 'oct', k: encode('k') } }, 'k'),
  ],
  ['jku', () => signed({ ...HEADER, jku: 'https://attacker.example/jwks' }, PAYLOAD, stranger)],
  ['jku and our signature', () => header({ jku: `${ISSUER}/.well-known/jwks.json` })],
  ['x5u', () => header({ x5u: 'https://attacker.example/chain.pem' })],
  ['x5c', () => header({ x5c: [encode('a certificate')] })],
  ['x5t', () => header({ x5t: encode('a thumbprint') })],
  ['no kid', () => signed({ alg: 'EdDSA', typ: 'at+jwt' }, PAYLOAD)],
  ['kid empty', () => header({ kid: '' })],
  ['kid unknown', () => signed({ ...HEADER, kid: stranger.kid }, PAYLOAD, stranger)],
  ['kid of another of our keys', () => header({ kid: neighbour.kid })],
  ['kid with a path', () => header({ kid: '../../../../../../dev/null' })],
  ['kid with SQL', () => header({ kid: "' union select 'AAAA' --" })],
  ['kid with a command', () => header({ kid: '/dev/null; id' })],
  ['kid a list', () => header({ kid: [own.kid] })],
  ['kid an object', () => header({ kid: { kid: own.kid } })],
  ['kid a number', () => header({ kid: 0 })],
  ['kid null', () => header({ kid: null })],
  ['kid true', () => header({ kid: true })],
  ['kid with white space', () => header({ kid: `${own.kid} ` })],
  ['kid in other letters', () => header({ kid: own.kid.toLowerCase() })],
  ['kid with NUL', () => header({ kid: `${own.kid}\u0000` })],
  ['kid __proto__', () => header({ kid: '__proto__' })],
  ['kid constructor', () => header({ kid: 'constructor' })],
  ['kid of 10 kB', () => header({ kid: 'A'.repeat(10_000) })],
];

const HEADER_FORM: readonly Attack[] = [
  ['crit', () => header({ crit: ['exp'] })],
  ['crit empty', () => header({ crit: [] })],
  ['crit b64', () => header({ crit: ['b64'], b64: false })],
  ['b64 without crit', () => header({ b64: false })],
  ['a payload that is not encoded (RFC 7797)', () => unencoded()],
  ['zip', () => header({ zip: 'DEF' })],
  ['cty', () => header({ cty: 'JWT' })],
  ['a member more', () => header({ more: 1 })],
  ['typ JWT', () => header({ typ: 'JWT' })],
  ['typ in other letters', () => header({ typ: 'AT+JWT' })],
  ['typ with application/', () => header({ typ: 'application/at+jwt' })],
  ['typ of another token', () => header({ typ: 'logout+jwt' })],
  ['no typ', () => signed({ alg: 'EdDSA', kid: own.kid }, PAYLOAD)],
  ['alg twice, the good one last', () => twice('"alg":"none"')],
  ['kid twice, the good one last', () => twice(`"kid":"${stranger.kid}"`)],
  ['alg twice, spelt with an escape', () => twice('"\\u0061lg":"none"')],
  ['white space between members', () => signed(JSON.stringify(HEADER, null, 1), PAYLOAD)],
  ['a byte order mark', () => signed(`\ufeff${JSON.stringify(HEADER)}`, PAYLOAD)],
  ['no JSON', () => signed('{', PAYLOAD)],
  ['null', () => signed('null', PAYLOAD)],
  ['a list', () => signed([HEADER], PAYLOAD)],
  ['text', () => signed('"EdDSA"', PAYLOAD)],
  ['__proto__', () => signed(`{"__proto__":{"alg":"EdDSA"},"typ":"at+jwt","kid":"${own.kid}"}`, PAYLOAD)],
  ['JSON nested deeply', () => signed('['.repeat(500), PAYLOAD)],
];

test('the tokens of this suite are right but for what each attack changes', async () => {
  expect(await signer.verify(signed(HEADER, PAYLOAD))).toEqual(VERIFIED);
  expect(await signer.verify(signed({ ...HEADER, kid: neighbour.kid }, PAYLOAD, neighbour))).toEqual(
    VERIFIED,
  );
});

describe.each([
  ['algorithm', ALGORITHM],
  ['key', KEY],
  ['header', HEADER_FORM],
] as const)('attack by %s', (_kind, attacks) => {
  test.each(attacks)('%s: refused', async (_attack, token) => {
    expect(await signer.verify(await token())).toBeUndefined();
  });
});

function foreign(alg: string): string {
  const input = partsOf({ ...HEADER, alg }, PAYLOAD);
  const key = alg === 'RS256' ? rsa.privateKey : { key: ec.privateKey, dsaEncoding: 'ieee-p1363' as const };
  return `${input}.${encode(signWith('sha256', Buffer.from(input), key))}`;
}

function twice(first: string): string {
  return signed(`{${first},${JSON.stringify(HEADER).slice(1)}`, PAYLOAD);
}

function unencoded(): string {
  const head = encode(JSON.stringify({ ...HEADER, b64: false, crit: ['b64'] }));
  const body = JSON.stringify(PAYLOAD);
  return `${head}.${encode(body)}.${encode(signWith(null, Buffer.from(`${head}.${body}`), keyObject(own)))}`;
}
