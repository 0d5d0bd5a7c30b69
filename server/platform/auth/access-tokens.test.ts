import { createHmac, createPublicKey, generateKeyPairSync, sign as signWith } from 'node:crypto';
import fc from 'fast-check';
import { UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import {
  createCsrfProofs,
  createKeyRing,
  createRefreshTokens,
  createTokenSigner,
  deriveKeys,
} from './index.ts';
import { type NewSigningKey, newSigningKey, openSigningKey } from './signing-keys.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = NOW / 1000;
const ISSUER = 'https://scriptorium.example';
/** The order of the group (RFC 8032, 5.1): adding it to the second half of a signature changes no sum. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const own = await newSigningKey();
const neighbour = await newSigningKey();
const stranger = await newSigningKey();
const ring = async (...made: NewSigningKey[]) => {
  const times = { activeFrom: 0, retiredAt: null, expiresAt: null };
  const keys = await Promise.all(made.map((key) => openSigningKey(key, times)));
  return createKeyRing({ load: async () => keys, clock: () => new Date(now), onError: () => undefined });
};

let now = NOW;
const clock = () => new Date(now);
const signer = createTokenSigner({ keys: await ring(own, neighbour), issuer: ISSUER, clock });
beforeEach(() => {
  now = NOW;
});

const claims = { userId: newId(), sessionId: newId(), organizationId: newId() };
const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: own.kid };
const PAYLOAD = {
  sid: claims.sessionId,
  org: claims.organizationId,
  iss: ISSUER,
  aud: 'scriptorium:api',
  sub: claims.userId,
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 900,
};

const privateJwk = (key: NewSigningKey) => JSON.parse(Buffer.from(key.secret).toString());
const keyObject = (key: NewSigningKey) => ({ key: privateJwk(key), format: 'jwk' as const });
const publicPem = createPublicKey(keyObject(own)).export({ type: 'spki', format: 'pem' }).toString();
const publicBytes = Buffer.from(privateJwk(own).x, 'base64url');
const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url');
const partsOf = (header: unknown, payload: unknown) =>
  [header, payload]
    .map((value) => encode(typeof value === 'string' ? value : JSON.stringify(value)))
    .join('.');

/** A token with a right signature over whatever stands in it. */
function signed(header: unknown, payload: unknown, key = own): string {
  const input = partsOf(header, payload);
  return `${input}.${encode(signWith(null, Buffer.from(input), keyObject(key)))}`;
}

function hmac(header: unknown, secret: string | Uint8Array, digest = 'sha256'): string {
  const input = partsOf(header, PAYLOAD);
  return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`;
}

/** The right token with other bytes as its signature. */
function withSignature(change: (signature: Buffer) => Uint8Array): string {
  const token = signed(HEADER, PAYLOAD);
  const at = token.lastIndexOf('.') + 1;
  return token.slice(0, at) + encode(change(Buffer.from(token.slice(at), 'base64url')));
}

const sign = () => signer.sign(claims, 900);
const VERIFIED = { ...claims, expiresAt: SECONDS + 900 };

test('what was signed is verified, also when it is seen again', async () => {
  const token = await sign();
  expect(await signer.verify(token)).toEqual(VERIFIED);
  expect(await signer.verify(token)).toEqual(VERIFIED);
  expect(token.length).toBeLessThan(700);
});

test('the tokens of this suite are right but for what each test changes', async () => {
  expect(await signer.verify(signed(HEADER, PAYLOAD))).toEqual(VERIFIED);
  expect(await signer.verify(withSignature((signature) => signature))).toEqual(VERIFIED);
  expect(await signer.verify(signed({ ...HEADER, kid: neighbour.kid }, PAYLOAD, neighbour))).toEqual(
    VERIFIED,
  );
});

test('a token that was verified before ends in time all the same', async () => {
  const token = await sign();
  await signer.verify(token);
  now = NOW + 906_000;
  expect(await signer.verify(token)).toBeUndefined();
});

test.each<[string, number, boolean]>([
  ['at its end', 900, true],
  ['as long after its end as clocks may differ', 904, true],
  ['later', 905, false],
  ['as long before its beginning as clocks may differ', -5, true],
  ['earlier', -6, false],
])('%s: %i s, %s', async (_when, seconds, accepted) => {
  now = NOW + seconds * 1000;
  expect((await signer.verify(signed(HEADER, PAYLOAD))) !== undefined).toBe(accepted);
});

type Attack = readonly [name: string, token: () => string | Promise<string>];

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ofStranger = privateJwk(stranger);
const strangerJwk = { kty: 'OKP', crv: 'Ed25519', x: ofStranger.x };
const header = (change: Record<string, unknown>, payload: object = {}) =>
  signed({ ...HEADER, ...change }, { ...PAYLOAD, ...payload });
const payload = (change: Record<string, unknown>) => signed(HEADER, { ...PAYLOAD, ...change });

function foreign(alg: string): string {
  const input = partsOf({ ...HEADER, alg }, PAYLOAD);
  const key = alg === 'RS256' ? rsa.privateKey : { key: ec.privateKey, dsaEncoding: 'ieee-p1363' as const };
  return `${input}.${encode(signWith('sha256', Buffer.from(input), key))}`;
}

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
  ['HS256 with the public key as PEM', () => hmac({ ...HEADER, alg: 'HS256' }, publicPem)],
  [
    'HS256 with the public key as PEM without its last line break',
    () => hmac({ ...HEADER, alg: 'HS256' }, publicPem.trim()),
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

const CLAIMS: readonly Attack[] = [
  ...['exp', 'nbf', 'iat', 'iss', 'aud', 'sub', 'sid', 'org'].flatMap((name): Attack[] => [
    [`no ${name}`, () => payload({ [name]: undefined })],
    [`${name} null`, () => payload({ [name]: null })],
    [`${name} an object`, () => payload({ [name]: {} })],
    [`${name} true`, () => payload({ [name]: true })],
    [`${name} empty`, () => payload({ [name]: '' })],
  ]),
  ...(['exp', 'nbf', 'iat'] as const).flatMap((name): Attack[] => [
    [`${name} text`, () => payload({ [name]: String(PAYLOAD[name]) })],
    [`${name} a list`, () => payload({ [name]: [PAYLOAD[name]] })],
    [`${name} with a fraction`, () => payload({ [name]: PAYLOAD[name] + 0.5 })],
    [`${name} negative`, () => payload({ [name]: -1 })],
    [`${name} 2^53`, () => payload({ [name]: 2 ** 53 })],
    [
      `${name} infinite`,
      () => signed(HEADER, JSON.stringify(PAYLOAD).replace(`"${name}":${PAYLOAD[name]}`, `"${name}":1e999`)),
    ],
    [`${name} in milliseconds`, () => payload({ [name]: name === 'exp' ? 0 : PAYLOAD[name] * 1000 })],
  ]),
  ['ended', () => payload({ exp: SECONDS - 5 })],
  ['not yet', () => payload({ nbf: SECONDS + 6 })],
  ['made in the future', () => payload({ iat: SECONDS + 6 })],
  ['another issuer', () => payload({ iss: 'https://other.example' })],
  ['the issuer with a slash more', () => payload({ iss: `${ISSUER}/` })],
  ['a list of issuers', () => payload({ iss: [ISSUER] })],
  ['another audience', () => payload({ aud: 'another' })],
  ['a list of audiences with ours', () => payload({ aud: ['scriptorium:api', 'another'] })],
  ['a list of only our audience', () => payload({ aud: ['scriptorium:api'] })],
  ['the audience in other letters', () => payload({ aud: 'Scriptorium:API' })],
  ['a person that is no id', () => payload({ sub: "' or 1=1 --" })],
  ['a list of persons', () => payload({ sub: [claims.userId] })],
  ['a list of sessions', () => payload({ sid: [claims.sessionId] })],
  ['an organization that is a number', () => payload({ org: 1 })],
  ['a payload that is a list', () => signed(HEADER, [PAYLOAD])],
  ['a payload that is no JSON', () => signed(HEADER, '{')],
  ['a payload that is null', () => signed(HEADER, 'null')],
  ['a payload that is empty', () => signed(HEADER, '')],
  ['a payload that is no UTF-8', () => signedBytes(Buffer.from([0xff, 0xfe]))],
  ['a payload as long as the limit allows not', () => payload({ more: 'x'.repeat(3000) })],
];

const SYNTAX: readonly Attack[] = [
  ['padding', () => sign().then((token) => `${token}=`)],
  ['padding in the header', () => sign().then((token) => token.replace('.', '=.'))],
  ['percent-encoded padding', () => sign().then((token) => `${token}%3D`)],
  ['a line break at the end', () => sign().then((token) => `${token}\n`)],
  ['a line break inside', () => sign().then((token) => token.replace('.', '.\r\n'))],
  ['white space at the start', () => sign().then((token) => ` ${token}`)],
  ['a tab at the end', () => sign().then((token) => `${token}\t`)],
  ['NUL at the end', () => sign().then((token) => `${token}\u0000`)],
  [
    'the other base64 alphabet',
    () => tokenWith(/[-_]/).then((token) => token.replaceAll('-', '+').replaceAll('_', '/')),
  ],
  ['loose bits at the end of the signature', () => sign().then(withLooseBits)],
  ['an empty header', () => sign().then((token) => token.slice(token.indexOf('.')))],
  ['an empty payload', () => sign().then((token) => token.replace(/\..*\./, '..'))],
  ['an empty signature', () => sign().then((token) => token.slice(0, token.lastIndexOf('.') + 1))],
  ['four parts', () => sign().then((token) => `${token}.AAAA`)],
  ['a dot at the end', () => sign().then((token) => `${token}.`)],
  ['a dot at the start', () => sign().then((token) => `.${token}`)],
  ['two parts', () => sign().then((token) => token.slice(0, token.lastIndexOf('.')))],
  ['one part', () => sign().then((token) => token.slice(0, token.indexOf('.')))],
  ['JSON serialization, flattened', () => sign().then((token) => JSON.stringify(flattened(token)))],
  [
    'JSON serialization, general',
    () =>
      sign().then((token) =>
        JSON.stringify({ payload: flattened(token).payload, signatures: [flattened(token)] }),
      ),
  ],
  ['“Bearer” once more', () => sign().then((token) => `Bearer ${token}`)],
  ['quotes', () => sign().then((token) => `"${token}"`)],
  ['two tokens', async () => `${await sign()},${await sign()}`],
  ['nothing', () => ''],
  ['dots', () => '..'],
  ['a megabyte', () => 'a'.repeat(1_000_000)],
  ['a megabyte of dots', () => '.'.repeat(1_000_000)],
];

const SIGNATURE: readonly Attack[] = [
  ['all zero', () => withSignature(() => Buffer.alloc(64))],
  ['all ones', () => withSignature(() => Buffer.alloc(64, 0xff))],
  ['one byte short', () => withSignature((bytes) => bytes.subarray(0, 63))],
  ['half', () => withSignature((bytes) => bytes.subarray(0, 32))],
  ['one byte long', () => withSignature((bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
  ['twice', () => withSignature((bytes) => Buffer.concat([bytes, bytes]))],
  [
    'its halves swapped',
    () => withSignature((bytes) => Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)])),
  ],
  [
    'the order added to S (malleability)',
    () => withSignature((bytes) => Buffer.concat([bytes.subarray(0, 32), plusOrder(bytes.subarray(32))])),
  ],
  ['the neutral point as R, S zero', () => withSignature(() => Buffer.concat([point(1), Buffer.alloc(32)]))],
  [
    'a point of order two as R, S zero',
    () => withSignature(() => Buffer.from(`ec${'ff'.repeat(30)}7f${'00'.repeat(32)}`, 'hex')),
  ],
  ['a point of order four as R, S zero', () => withSignature(() => Buffer.alloc(64))],
  [
    'a point of order eight as R, S zero',
    () =>
      withSignature(() =>
        Buffer.from(
          `26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05${'00'.repeat(32)}`,
          'hex',
        ),
      ),
  ],
  [
    'R that is not canonical',
    () =>
      withSignature((bytes) =>
        Buffer.concat([Buffer.from(`ee${'ff'.repeat(30)}7f`, 'hex'), bytes.subarray(32)]),
      ),
  ],
  [
    'S negated',
    () => withSignature((bytes) => Buffer.concat([bytes.subarray(0, 32), minus(bytes.subarray(32))])),
  ],
  ['of another token', () => otherSignature()],
  [
    'of the payload alone',
    () =>
      `${partsOf(HEADER, PAYLOAD)}.${encode(signWith(null, Buffer.from(JSON.stringify(PAYLOAD)), keyObject(own)))}`,
  ],
  ['Ed25519 over a digest (pre-hashed)', () => prehashed()],
];

const OTHER_SECRETS: readonly Attack[] = [
  [
    'a refresh token',
    () =>
      createRefreshTokens(deriveKeys('x'.repeat(32)).refreshTokens).tokenOf({
        sessionId: claims.sessionId,
        generation: 0,
        seed: new Uint8Array(32),
      }),
  ],
  ['a CSRF proof', () => createCsrfProofs(deriveKeys('x'.repeat(32)).csrf).proofFor(claims.sessionId)],
  [
    'an access token of before there were key ids',
    () => hmac({ alg: 'HS256', typ: 'at+jwt' }, deriveKeys('x'.repeat(32)).csrf),
  ],
  [
    'a token of another instance',
    async () => createTokenSigner({ keys: await ring(stranger), issuer: ISSUER, clock }).sign(claims, 900),
  ],
  [
    'a token of this key for another issuer',
    async () =>
      createTokenSigner({ keys: await ring(own), issuer: 'https://other.example', clock }).sign(claims, 900),
  ],
];

describe.each([
  ['algorithm', ALGORITHM],
  ['key', KEY],
  ['header', HEADER_FORM],
  ['claims', CLAIMS],
  ['syntax', SYNTAX],
  ['signature', SIGNATURE],
  ['something else', OTHER_SECRETS],
] as const)('attack by %s', (_kind, attacks) => {
  test.each(attacks)('%s: refused', async (_attack, token) => {
    expect(await signer.verify(await token())).toBeUndefined();
  });
});

describe('mutations', () => {
  test('no single changed character passes', async () => {
    const token = await sign();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        async (at, other) => {
          fc.pre(token[at] !== other);
          expect(await signer.verify(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('nothing that is cut out, put in, moved or exchanged passes', async () => {
    const token = await sign();
    const position = fc.nat(token.length);
    const mutation = fc.oneof(
      fc
        .tuple(position, position)
        .map(([a, b]) => token.slice(0, Math.min(a, b)) + token.slice(Math.max(a, b))),
      fc
        .tuple(position, fc.string({ minLength: 1 }))
        .map(([at, text]) => token.slice(0, at) + text + token.slice(at)),
      fc.tuple(position, position, position).map((cuts) => {
        const [a = 0, b = 0, c = 0] = cuts.toSorted((left, right) => left - right);
        return token.slice(0, a) + token.slice(b, c) + token.slice(a, b) + token.slice(c);
      }),
      fc.shuffledSubarray(token.split('.'), { minLength: 1 }).map((parts) => parts.join('.')),
      fc.constantFrom(token.toLowerCase(), token.toUpperCase(), encodeURIComponent(`${token}~`)),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (mutated) => {
        fc.pre(mutated !== token);
        expect(await signer.verify(mutated)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('no bit of the signature is free', async () => {
    for (let bit = 0; bit < 512; bit += 1) {
      const token = withSignature((bytes) => {
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        return bytes;
      });
      expect(await signer.verify(token), `bit ${bit}`).toBeUndefined();
    }
  });

  test('whatever the claims are, only what is wholly right is accepted', async () => {
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(PAYLOAD)));
    const names = Object.keys(PAYLOAD) as (keyof typeof PAYLOAD)[];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), anything, async (name, value) => {
        const verified = await signer.verify(payload({ [name]: value }));
        const right = verified === undefined || value === PAYLOAD[name] || isAnother(name, value);
        expect(right, `${name}: ${JSON.stringify(value)}`).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test('more tokens than are remembered are still verified', async () => {
  const small = createTokenSigner({ keys: await ring(own), issuer: ISSUER, clock });
  const first = await small.sign(claims, 900);
  for (let count = 0; count < 10_050; count += 1)
    await small.verify(payload({ exp: SECONDS + 1000 + count }));
  expect(await small.verify(first)).toMatchObject(claims);
});

/** Another person, session or organization, or another time of the same meaning: right in itself. */
function isAnother(name: keyof typeof PAYLOAD, value: unknown): boolean {
  if (name === 'sub' || name === 'sid' || name === 'org')
    return Object.values(claims).some((id) => id === value);
  if (name === 'exp') return typeof value === 'number' && Number.isInteger(value) && value > SECONDS - 5;
  return (name === 'iat' || name === 'nbf') && Number.isInteger(value) && Number(value) <= SECONDS + 5;
}

function twice(first: string): string {
  return signed(`{${first},${JSON.stringify(HEADER).slice(1)}`, PAYLOAD);
}

function unencoded(): string {
  const head = encode(JSON.stringify({ ...HEADER, b64: false, crit: ['b64'] }));
  const body = JSON.stringify(PAYLOAD);
  return `${head}.${encode(body)}.${encode(signWith(null, Buffer.from(`${head}.${body}`), keyObject(own)))}`;
}

function signedBytes(body: Uint8Array): string {
  const input = `${encode(JSON.stringify(HEADER))}.${encode(body)}`;
  return `${input}.${encode(signWith(null, Buffer.from(input), keyObject(own)))}`;
}

function flattened(token: string) {
  const [head, body, signature] = token.split('.');
  return { protected: head, payload: body, signature };
}

/** Little-endian, as Ed25519 has it. */
function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function toBytes(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}

function plusOrder(bytes: Uint8Array): Uint8Array {
  return toBytes(toNumber(bytes) + ORDER);
}

function minus(bytes: Uint8Array): Uint8Array {
  return toBytes(ORDER - toNumber(bytes));
}

/** A point of the curve by its small y. */
function point(y: number): Uint8Array {
  return toBytes(BigInt(y));
}

function otherSignature(): string {
  const other = payload({ sid: newId() });
  return `${partsOf(HEADER, PAYLOAD)}${other.slice(other.lastIndexOf('.'))}`;
}

function prehashed(): string {
  const input = partsOf(HEADER, PAYLOAD);
  const digest = createHmac('sha512', '').update(input).digest();
  return `${input}.${encode(signWith(null, digest, keyObject(own)))}`;
}

/** A token whose text has a character of the kind. */
async function tokenWith(kind: RegExp): Promise<string> {
  for (let lifetime = 900; ; lifetime += 1) {
    const token = await signer.sign(claims, lifetime);
    if (kind.test(token)) return token;
  }
}

/** The last of 86 characters holds two bits; decoders drop the other four, so sixteen spellings decode to the same bytes. */
function withLooseBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = token.slice(0, -1) + (alphabet[alphabet.indexOf(token.at(-1) ?? '') + 1] ?? '');
  const bytes = (text: string) =>
    Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url').toString('hex');
  expect(bytes(other)).toBe(bytes(token));
  return other;
}
