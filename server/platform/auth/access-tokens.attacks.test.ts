import { createHmac, sign as signWith } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import {
  type Attack,
  claims,
  clock,
  encode,
  HEADER,
  hmac,
  ISSUER,
  keyObject,
  own,
  PAYLOAD,
  partsOf,
  payload,
  ringOf,
  SECONDS,
  sign,
  signed,
  signer,
  stranger,
  VERIFIED,
  withSignature,
} from '../../testing/token-forge.ts';
import { createCsrfProofs, createRefreshTokens, createTokenSigner, deriveKeys } from './index.ts';

/** The order of the group (RFC 8032, 5.1): adding it to the second half of a signature changes no sum. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const keys = deriveKeys('x'.repeat(32));

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
      createRefreshTokens(keys.refreshTokens).tokenOf({
        sessionId: claims.sessionId,
        generation: 0,
        seed: new Uint8Array(32),
      }),
  ],
  ['a CSRF proof', () => createCsrfProofs(keys.csrf).proofFor(claims.sessionId)],
  ['an access token of before there were key ids', () => hmac({ alg: 'HS256', typ: 'at+jwt' }, keys.csrf)],
  [
    'a token of another instance',
    async () => createTokenSigner({ keys: await ringOf(stranger), issuer: ISSUER, clock }).sign(claims, 900),
  ],
  [
    'a token of this key for another issuer',
    async () =>
      createTokenSigner({ keys: await ringOf(own), issuer: 'https://other.example', clock }).sign(
        claims,
        900,
      ),
  ],
];

test('the tokens of this suite are right but for what each attack changes', async () => {
  expect(await signer.verify(signed(HEADER, PAYLOAD))).toEqual(VERIFIED);
  expect(await signer.verify(withSignature((signature) => signature))).toEqual(VERIFIED);
});

describe.each([
  ['claims', CLAIMS],
  ['syntax', SYNTAX],
  ['signature', SIGNATURE],
  ['something else', OTHER_SECRETS],
] as const)('attack by %s', (_kind, attacks) => {
  test.each(attacks)('%s: refused', async (_attack, token) => {
    expect(await signer.verify(await token())).toBeUndefined();
  });
});

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
