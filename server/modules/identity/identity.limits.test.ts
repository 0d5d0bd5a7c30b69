import { describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import type { Cache } from '../../platform/cache/port.ts';
import { createSignInLimits, networkOf } from './identity.limits.ts';

describe('networkOf', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:db8::', '2001:db8:0:0'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

test('without its cache nobody is locked out, and it is said', async () => {
  const lost = () => Promise.reject(new Error('connection lost'));
  const cache: Cache = { get: lost, set: lost, delete: lost, increment: lost, close: lost };
  const warnings: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => warnings.push(line) };
  const limits = createSignInLimits({ cache, clock: systemClock, logger, enabled: true });
  await limits.signIn('192.0.2.7');
  await limits.password('ada@example.org');
  await limits.forgive('ada@example.org');
  await limits.register('192.0.2.7');
  expect(warnings).toHaveLength(4);
});
