import { describe, expect, test } from 'vitest';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { acceptedStep, newTotpSecret, provisioningOf } from './totp.ts';

// RFC 6238, appendix B: SHA-1, the secret “12345678901234567890”; the last six of its eight digits.
const SECRET = new TextEncoder().encode('12345678901234567890');

describe('time-based codes', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d the code of the RFC is %s', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(acceptedStep(SECRET, code, new Date(seconds * 1000))).toBe(step);
    expect(acceptedStep(SECRET, code, new Date((seconds + 30) * 1000))).toBe(step);
    expect(acceptedStep(SECRET, code, new Date((seconds + 60) * 1000))).toBeUndefined();
  });

  test.each(['', '28708', '2870820', 'abcdef', ' 287082', '287082\n', '２８７０８２'])(
    '%j is no code',
    (code) => {
      expect(acceptedStep(SECRET, code, new Date(59_000))).toBeUndefined();
    },
  );

  test('secrets are 160 random bits, and the URI carries issuer and account whatever they are', () => {
    const secret = newTotpSecret();
    expect(secret).toHaveLength(20);
    expect(newTotpSecret()).not.toEqual(secret);
    const { uri } = provisioningOf(secret, 'desk.example.org:8443', 'a+b/ü?#@example.org');
    const url = new URL(uri);
    expect(url.searchParams.get('issuer')).toBe('desk.example.org:8443');
    expect(decodeURIComponent(url.pathname)).toContain('a+b/ü?#@example.org');
    expect([...url.searchParams.keys()].sort()).toEqual([
      'algorithm',
      'digits',
      'issuer',
      'period',
      'secret',
    ]);
  });
});

describe('recovery codes', () => {
  test('are ten, different, and one however they are typed', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    expect(hashRecoveryCode('0000-1111-abcd-wxyz')).toEqual(hashRecoveryCode(' OoO0 iIlL ABCD WXYZ '));
    expect(hashRecoveryCode('0000-1111-abcd-wxyz')).not.toEqual(hashRecoveryCode('0000-1111-abcd-wxyy'));
  });
});
