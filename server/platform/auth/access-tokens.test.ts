import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import {
  claims,
  clock,
  ISSUER,
  own,
  PAYLOAD,
  payload,
  ringOf,
  SECONDS,
  sign,
  signer,
  VERIFIED,
  withSignature,
} from '../../testing/token-forge.ts';
import { createTokenSigner } from './index.ts';

test('what was signed is verified, also when it is seen again', async () => {
  const token = await sign();
  expect(await signer.verify(token)).toEqual(VERIFIED);
  expect(await signer.verify(token)).toEqual(VERIFIED);
  expect(token.length).toBeLessThan(700);
});

const keys = await ringOf(own);

describe('times', () => {
  let now = SECONDS;
  const later = createTokenSigner({ keys, issuer: ISSUER, clock: () => new Date(now * 1000) });

  test('a token that was verified before ends in time all the same', async () => {
    now = SECONDS;
    const token = await sign();
    expect(await later.verify(token)).toEqual(VERIFIED);
    now = SECONDS + 906;
    expect(await later.verify(token)).toBeUndefined();
  });

  test.each<[string, number, boolean]>([
    ['at its end', 900, true],
    ['as long after its end as clocks may differ', 904, true],
    ['later', 905, false],
    ['as long before its beginning as clocks may differ', -5, true],
    ['earlier', -6, false],
  ])('%s: %i s, %s', async (_when, seconds, accepted) => {
    now = SECONDS + seconds;
    expect((await later.verify(payload({ sid: newId() }))) !== undefined).toBe(accepted);
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
  const small = createTokenSigner({ keys: await ringOf(own), issuer: ISSUER, clock });
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
