import { describe, expect, test } from 'vitest';
import {
  encode,
  HEADER,
  ISSUER,
  issuerVerifierStage,
  NOW,
  PAYLOAD,
  SECONDS,
} from '../../testing/issuer-verifier-stage.ts';
import { signAs } from '../../testing/token-issuer.ts';
import { unverifiedIssuerOf } from './index.ts';

const VERIFIED = { issuer: ISSUER, subject: 'person|1', expiresAt: SECONDS + 3600 };

const { rs, ps, es, ed, newer, stranger, clock, raw, header, payload, verify, verifierOf } =
  await issuerVerifierStage();

describe('accepted', () => {
  test.each([rs, ps, es, ed, newer])('$alg', async (pair) => {
    expect(await verify(signAs(pair, PAYLOAD))).toMatchObject({ ...VERIFIED, claims: PAYLOAD });
  });
  test.each<[string, () => string | Promise<string>]>([
    ['the tokens of this suite, but for what each test changes', () => raw(HEADER)],
    ['no typ', () => raw({ alg: 'RS256', kid: 'any' })],
    ['typ at+jwt', () => header({ typ: 'at+jwt' })],
    ['typ application/at+JWT', () => header({ typ: 'application/at+JWT' })],
    ['members that mean nothing to us', () => header({ cat: 'cl_B7d4', x5t: encode('x'), more: { a: [1] } })],
    ['several audiences with ours', () => payload({ aud: ['another', 'us'] })],
    [
      'claims of their own',
      () => payload({ 'https://issuer.example/roles': ['editor'], nested: { a: { b: 1 } } }),
    ],
    ['times with a fraction', () => payload({ iat: SECONDS - 0.5, exp: SECONDS + 3600.5 })],
    ['no kid where one key fits', () => signAs(es, PAYLOAD, { kid: undefined })],
  ])('%s', async (_case, token) => {
    expect(await verify(token())).toMatchObject({ issuer: ISSUER, subject: 'person|1' });
  });

  test('one of several audiences of ours', async () => {
    const either = verifierOf({ audience: ['https://us.example', 'us'] });
    expect(await either.verify(raw(HEADER))).toMatchObject(VERIFIED);
    expect(await either.verify(payload({ aud: 'another' }))).toBeUndefined();
  });

  test.each<[string, number, object, boolean]>([
    ['just ended', 3600 + 29, {}, true],
    ['ended', 3600 + 30, {}, false],
    ['nearly begun', 0, { nbf: SECONDS + 30 }, true],
    ['not begun', 0, { nbf: SECONDS + 31 }, false],
    ['made a little ahead', 0, { iat: SECONDS + 30 }, true],
    ['made ahead', 0, { iat: SECONDS + 31 }, false],
  ])('%s', async (name, seconds, change, accepted) => {
    clock.now = NOW + seconds * 1000;
    expect((await verify(payload({ ...change, jti: name }))) !== undefined).toBe(accepted);
  });

  test('a token that was verified before ends in time all the same', async () => {
    expect(await verify(raw(HEADER))).toBeDefined();
    clock.now = NOW + 3_640_000;
    expect(await verify(raw(HEADER))).toBeUndefined();
  });
});

test('the issuer of a token can be read before anything is proven', async () => {
  expect(unverifiedIssuerOf(await signAs(stranger, PAYLOAD))).toBe(ISSUER);
  expect(unverifiedIssuerOf(payload({ iss: 1 }))).toBeUndefined();
  for (const text of ['', 'sk_abc', `${raw(HEADER)}=`, `${encode('{}')}.${encode('[]')}.AAAA`])
    expect(unverifiedIssuerOf(text)).toBeUndefined();
});
