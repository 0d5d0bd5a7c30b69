import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPassword } from './password.policy.ts';

const ADA = { email: 'ada.lovelace@example.org', name: 'Ada Lovelace' };
const codeOf = (password: string) =>
  checkPassword(password, ADA).then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );

describe('what a password must be', () => {
  test.each([
    'correct horse battery staple',
    'a password for tests',
    'correct horse battery',
    'пароль из слов',
    `${'x'.repeat(255)}y`,
    'ada.lovelace@example.org is me',
  ])('%j is accepted', async (password) => {
    expect(await codeOf(password)).toBe('accepted');
  });

  test.each([
    'password123',
    'PassWord123',
    '1234567890',
    'qwertyuiop',
    'q w e r t y u i o p',
    'aaaaaaaaaa',
    'ＡＡＡＡＡＡＡＡＡＡ',
    'adalovelace',
    'Ada Lovelace',
    'ada.lovelace',
    'ada.lovelace@example.org',
    'Scriptorium',
    'scriptoriumscriptorium',
  ])('%j is tried first', async (password) => {
    expect(await codeOf(password)).toBe('identity.password_too_common');
  });

  test.each(['', 'nine char', '😀'.repeat(9), 'x'.repeat(257)])(
    '%j has the wrong length',
    async (password) => {
      expect(await codeOf(password)).toBe('identity.invalid_account');
    },
  );

  test('random passwords are accepted, whatever the name and address say', async () => {
    const context = fc.record({ email: fc.string({ maxLength: 50 }), name: fc.string({ maxLength: 50 }) });
    const password = fc.uuid();
    await fc.assert(
      fc.asyncProperty(context, password, async (about, given) => {
        expect(await checkPassword(given, about)).toBe(given);
      }),
    );
  });
});
