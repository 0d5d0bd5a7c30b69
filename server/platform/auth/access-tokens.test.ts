import { createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import { createTokenSigner, deriveKeys } from './index.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = NOW / 1000;
const key = deriveKeys('the secret of a server in a test').accessTokens;
const claims = { userId: newId(), sessionId: newId(), organizationId: newId() };
const HEADER = { alg: 'HS256', typ: 'at+jwt' };
const PAYLOAD = {
  sid: claims.sessionId,
  org: claims.organizationId,
  iss: 'scriptorium',
  aud: 'scriptorium:api',
  sub: claims.userId,
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 900,
};

let now = NOW;
const signer = createTokenSigner({ key, clock: () => new Date(now) });
beforeEach(() => {
  now = NOW;
});

const encode = (text: string) => Buffer.from(text).toString('base64url');

/** A token with a right signature over whatever stands in it. */
function signed(header: unknown, payload: unknown, secret: Uint8Array = key): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const input = `${encode(text(header))}.${encode(text(payload))}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

test('what was signed is verified, also when it is seen again', async () => {
  const token = await signer.sign(claims, 900);
  expect(await signer.verify(token)).toEqual({ ...claims, expiresAt: SECONDS + 900 });
  expect(await signer.verify(token)).toEqual({ ...claims, expiresAt: SECONDS + 900 });
  expect(token.length).toBeLessThan(600);
});

test('the tokens of this suite are right but for what each test changes', async () => {
  expect(await signer.verify(signed(HEADER, PAYLOAD))).toEqual({ ...claims, expiresAt: SECONDS + 900 });
});

test('a token that was verified before ends in time all the same', async () => {
  const token = await signer.sign(claims, 900);
  await signer.verify(token);
  now = NOW + 906_000;
  expect(await signer.verify(token)).toBeUndefined();
});

describe('attacks', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const jwk = { kty: 'oct', k: encode('a key of the attacker, 32 bytes..') };
  const attackerKey = Buffer.from('a key of the attacker, 32 bytes..');

  test.each<[string, () => string | Promise<string>]>([
    ['alg none', () => new UnsecuredJWT(PAYLOAD).encode()],
    ['alg none in other letters', () => signed({ ...HEADER, alg: 'nOnE' }, PAYLOAD)],
    [
      'alg none with the signature cut off',
      () => `${encode(JSON.stringify({ ...HEADER, alg: 'none' }))}.${encode(JSON.stringify(PAYLOAD))}.`,
    ],
    ['no alg', () => signed({ typ: 'at+jwt' }, PAYLOAD)],
    [
      'alg HS512 with our key',
      () => new SignJWT(PAYLOAD).setProtectedHeader({ alg: 'HS512', typ: 'at+jwt' }).sign(key),
    ],
    [
      'alg RS256 of the attacker',
      () => new SignJWT(PAYLOAD).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' }).sign(rsa.privateKey),
    ],
    ['a public key as the secret (key confusion)', () => signed(HEADER, PAYLOAD, Buffer.from(publicPem))],
    ['another secret', () => signed(HEADER, PAYLOAD, attackerKey)],
    ['an empty secret', () => signed(HEADER, PAYLOAD, Buffer.alloc(0))],
    [
      'a key of the same server for another purpose',
      () => signed(HEADER, PAYLOAD, deriveKeys('the secret of a server in a test').csrf),
    ],
    ['an embedded key', () => signed({ ...HEADER, jwk }, PAYLOAD, attackerKey)],
    ['an embedded key and a right signature', () => signed({ ...HEADER, jwk }, PAYLOAD)],
    ['a key address', () => signed({ ...HEADER, jku: 'https://attacker.example/jwks' }, PAYLOAD)],
    ['a key id with a path', () => signed({ ...HEADER, kid: '../../dev/null' }, PAYLOAD)],
    ['a critical extension', () => signed({ ...HEADER, crit: ['b64'], b64: false }, PAYLOAD)],
    ['type JWT', () => signed({ ...HEADER, typ: 'JWT' }, PAYLOAD)],
    ['no type', () => signed({ alg: 'HS256' }, PAYLOAD)],
    ['another audience', () => signed(HEADER, { ...PAYLOAD, aud: 'another' })],
    ['no audience', () => signed(HEADER, { ...PAYLOAD, aud: undefined })],
    ['another issuer', () => signed(HEADER, { ...PAYLOAD, iss: 'another' })],
    ['an expired token', () => signed(HEADER, { ...PAYLOAD, exp: SECONDS - 6 })],
    ['no end', () => signed(HEADER, { ...PAYLOAD, exp: undefined })],
    ['an end that is text', () => signed(HEADER, { ...PAYLOAD, exp: '9999999999' })],
    ['a token of the future', () => signed(HEADER, { ...PAYLOAD, nbf: SECONDS + 60 })],
    ['no beginning', () => signed(HEADER, { ...PAYLOAD, nbf: undefined })],
    ['no person', () => signed(HEADER, { ...PAYLOAD, sub: undefined })],
    ['a person that is no id', () => signed(HEADER, { ...PAYLOAD, sub: "' or 1=1 --" })],
    ['a session that is no text', () => signed(HEADER, { ...PAYLOAD, sid: [claims.sessionId] })],
    ['an organization that is null', () => signed(HEADER, { ...PAYLOAD, org: null })],
    ['a payload that is a list', () => signed(HEADER, [PAYLOAD])],
    ['a payload that is no JSON', () => signed(HEADER, '{')],
    ['a header that is no JSON', () => signed('{', PAYLOAD)],
    ['a header that is null', () => signed('null', PAYLOAD)],
    ['padding', () => signer.sign(claims, 900).then((token) => `${token}=`)],
    ['padding in the payload', () => signer.sign(claims, 900).then((token) => token.replace('.', '=.'))],
    ['a line break at the end', () => signer.sign(claims, 900).then((token) => `${token}\n`)],
    ['white space at the start', () => signer.sign(claims, 900).then((token) => ` ${token}`)],
    ['white space inside', () => signer.sign(claims, 900).then((token) => token.replace('.', '. '))],
    [
      'the other base64 alphabet',
      () => tokenWith(/[-_]/).then((token) => token.replaceAll('-', '+').replaceAll('_', '/')),
    ],
    ['loose bits at the end of the signature', () => signer.sign(claims, 900).then(withLooseBits)],
    ['four parts', () => signer.sign(claims, 900).then((token) => `${token}.AAAA`)],
    ['two parts', () => signer.sign(claims, 900).then((token) => token.slice(0, token.lastIndexOf('.')))],
    [
      'JSON serialization',
      () => JSON.stringify({ payload: encode(JSON.stringify(PAYLOAD)), protected: '', signature: '' }),
    ],
    [
      'five parts, as an encrypted token has',
      () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA',
    ],
    ['nothing', () => ''],
    ['dots', () => '..'],
    ['a huge token', () => signed(HEADER, { ...PAYLOAD, more: 'x'.repeat(3000) })],
    ['a megabyte', () => 'a'.repeat(1_000_000)],
    ['NUL', () => '\u0000'],
  ])('%s: refused', async (_attack, token) => {
    expect(await signer.verify(await token())).toBeUndefined();
  });

  /** A token whose text has a character of the kind. */
  async function tokenWith(kind: RegExp): Promise<string> {
    for (let lifetime = 900; ; lifetime += 1) {
      const token = await signer.sign(claims, lifetime);
      if (kind.test(token)) return token;
    }
  }

  /** The last of 43 characters holds four bits; decoders drop the other two, so four spellings decode to the same bytes. */
  function withLooseBits(token: string): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet[alphabet.indexOf(token.at(-1) ?? '') + 1] ?? '';
    const other = token.slice(0, -1) + last;
    const bytes = (text: string) =>
      Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url').toString('hex');
    expect(bytes(other)).toBe(bytes(token));
    return other;
  }

  test('no single changed character passes', async () => {
    const token = await signer.sign(claims, 900);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        async (at, other) => {
          fc.pre(token[at] !== other);
          expect(await signer.verify(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('more tokens than are remembered are still verified', async () => {
  const first = await signer.sign(claims, 900);
  for (let count = 0; count < 10_050; count += 1)
    await signer.verify(signed(HEADER, { ...PAYLOAD, exp: SECONDS + 1000 + count }));
  expect(await signer.verify(first)).toMatchObject(claims);
});
