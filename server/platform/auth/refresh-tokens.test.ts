import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import { createRefreshTokens, deriveKeys } from './index.ts';

const tokens = createRefreshTokens(deriveKeys('the secret of a server in a test').refreshTokens);
const others = createRefreshTokens(deriveKeys('the secret of another server').refreshTokens);
const seed = () => new Uint8Array(randomBytes(32));

test('a token names its session and generation, and matches its seed only', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (generation) => {
      const family = { sessionId: newId(), generation, seed: seed() };
      const read = tokens.read(tokens.tokenOf(family));
      expect(read).toMatchObject({ sessionId: family.sessionId, generation });
      expect(read?.matches(family.seed)).toBe(true);
      expect(read?.matches(seed())).toBe(false);
    }),
  );
});

test('the same place in a family always has the same token, another place another one', () => {
  const family = { sessionId: newId(), generation: 3, seed: seed() };
  expect(tokens.tokenOf(family)).toBe(tokens.tokenOf({ ...family }));
  expect(tokens.tokenOf(family)).not.toBe(tokens.tokenOf({ ...family, generation: 4 }));
});

test('the seed alone, without the server’s key, makes no token', () => {
  const family = { sessionId: newId(), generation: 0, seed: seed() };
  expect(tokens.read(others.tokenOf(family))?.matches(family.seed)).toBe(false);
});

test('a generation cannot be moved', () => {
  const family = { sessionId: newId(), generation: 0, seed: seed() };
  const bytes = Buffer.from(tokens.tokenOf(family), 'base64url');
  bytes.writeUInt32BE(1, 16);
  expect(tokens.read(bytes.toString('base64url'))?.matches(family.seed)).toBe(false);
});

test('text that is no token is not read', () => {
  const token = tokens.tokenOf({ sessionId: newId(), generation: 0, seed: seed() });
  for (const text of ['', 'x', `${token}=`, `${token}A`, ` ${token}`, token.slice(1), '\ud800'.repeat(70)]) {
    expect(tokens.read(text)).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), (text) => {
      expect(tokens.read(text)?.matches(seed()) ?? false).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 52, maxLength: 52 }), (bytes) => {
      expect(tokens.read(Buffer.from(bytes).toString('base64url'))?.matches(seed()) ?? false).toBe(false);
    }),
  );
});
