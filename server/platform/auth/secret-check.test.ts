import { expect, test } from 'vitest';
import { createSecretCheck } from './secret-check.ts';

test('only the secret itself passes', () => {
  const check = createSecretCheck('the secret of the operators');
  expect(check('the secret of the operators')).toBe(true);
  for (const other of ['', 'the secret', 'the secret of the operators ', 'THE SECRET OF THE OPERATORS'])
    expect(check(other)).toBe(false);
});

test('where there is no secret nothing passes', () => {
  const check = createSecretCheck(undefined);
  for (const given of ['', 'undefined', 'null']) expect(check(given)).toBe(false);
});
