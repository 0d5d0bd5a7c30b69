import { expect, test } from 'vitest';
import { signingKeySeal } from '../modules/identity/index.ts';
import { describeSigningKeys } from './doctor.keys.ts';

const SECRET = 'the secret of the server in this test';
const key = (id: string, secretKey = SECRET) => ({
  id,
  sealed_key: signingKeySeal(secretKey).seal({ kid: id, secret: Buffer.from('a key') }),
});

test('keys that open are no trouble, and neither is a new database', () => {
  expect(describeSigningKeys([key('a'), key('b')], SECRET)).toMatchObject({ status: 'ok' });
  expect(describeSigningKeys([], undefined)).toMatchObject({ status: 'ok' });
});

test('under another secret, or without one, it says that everybody signs in again', () => {
  for (const secret of ['another secret', undefined]) {
    const finding = describeSigningKeys([key('a'), { id: 'b', sealed_key: null }], secret);
    expect(finding.status).toBe('warn');
    expect(finding.message).toContain('everybody signs in again');
  }
});

test('with some of each it names both reasons', () => {
  const finding = describeSigningKeys([key('a'), key('b', 'another secret'), key('c')], SECRET);
  expect(finding).toMatchObject({ status: 'warn', message: '1 of 3 do not open with this SECRET_KEY' });
  expect(finding.mend).toContain('scriptorium keys rotate');
});

test('a key that was moved to another row does not open', () => {
  const { sealed_key } = key('a');
  expect(describeSigningKeys([{ id: 'b', sealed_key }], SECRET)).toMatchObject({ status: 'warn' });
});
