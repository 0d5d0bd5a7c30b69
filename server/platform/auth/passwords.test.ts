import { expect, test } from 'vitest';
import { createPasswordHasher } from './index.ts';

const passwords = createPasswordHasher({ parallel: 2, waiting: 100 });

test('a hash is Argon2id with our costs and its own salt, and fits its password only', async () => {
  const [one, two] = await Promise.all([
    passwords.hash('correct horse', '192.0.2.7'),
    passwords.hash('correct horse', '192.0.2.7'),
  ]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
  expect(await passwords.verify(one, 'correct horse', '192.0.2.7')).toBe(true);
  expect(await passwords.verify(one, 'correct horsf', '192.0.2.7')).toBe(false);
  expect(await passwords.verify(one, '', '192.0.2.7')).toBe(false);
});

test.each(['', 'x', '\u0000', '\ud800', '😀'.repeat(64)])('nobody’s password is not %j', async (password) => {
  expect(await passwords.verify(null, password, '192.0.2.7')).toBe(false);
});

test('a password does not end at NUL', async () => {
  const hash = await passwords.hash('before\u0000after', '192.0.2.7');
  expect(await passwords.verify(hash, 'before', '192.0.2.7')).toBe(false);
  expect(await passwords.verify(hash, 'before\u0000after', '192.0.2.7')).toBe(true);
});

test('composed and decomposed letters are the same password', async () => {
  const hash = await passwords.hash('caf\u00e9 noir', '192.0.2.7');
  expect(await passwords.verify(hash, 'cafe\u0301 noir', '192.0.2.7')).toBe(true);
});

test('beyond those who may wait, the next one is refused at once', async () => {
  const narrow = createPasswordHasher({ parallel: 1, waiting: 2 });
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => narrow.hash('a password', '192.0.2.7')),
  );
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ]);
  expect(results.at(-1)).toMatchObject({ reason: { kind: 'unavailable', code: 'auth.busy' } });
  expect(await narrow.hash('a password', '192.0.2.7')).toContain('argon2id');
});
