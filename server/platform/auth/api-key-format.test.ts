import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isApiKey, looksLikeApiKey, newApiKey } from './api-key-format.ts';

const SCANNER = /\bsk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}\b/;

describe('API keys', () => {
  test('have the form that scanners look for, begin with their prefix and are never the same', () => {
    const keys = Array.from({ length: 200 }, newApiKey);
    for (const { key, prefix } of keys) {
      expect(key).toMatch(SCANNER);
      expect(key.startsWith(`${prefix}_`)).toBe(true);
      expect(looksLikeApiKey(key)).toBe(true);
      expect(isApiKey(key)).toBe(true);
    }
    expect(new Set(keys.map(({ key }) => key)).size).toBe(keys.length);
  });

  test('a key in which one character is another one is no key', () => {
    const { key } = newApiKey();
    const changed = fc.tuple(
      fc.integer({ min: 3, max: key.length - 1 }),
      fc.constantFrom(...'0123456789ABCXYZabcxyz_-'),
    );
    fc.assert(
      fc.property(changed, ([at, character]) => {
        fc.pre(key[at] !== character);
        expect(isApiKey(key.slice(0, at) + character + key.slice(at + 1))).toBe(false);
      }),
    );
  });

  test('two characters that changed places, a shortened key and anything else are no key', () => {
    const { key } = newApiKey();
    for (let at = 12; at < key.length - 1; at += 1) {
      const swapped = `${key.slice(0, at)}${key[at + 1]}${key[at]}${key.slice(at + 2)}`;
      expect(isApiKey(swapped)).toBe(swapped === key);
      expect(isApiKey(key.slice(0, at))).toBe(false);
    }
    for (const other of [` ${key}`, `${key}\n`, `${key}0`, key.toUpperCase(), 'sk_', ''])
      expect(isApiKey(other)).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => !isApiKey(text)));
  });
});
