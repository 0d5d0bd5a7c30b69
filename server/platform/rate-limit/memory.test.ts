import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryRateLimiter } from './memory.ts';
import { rateLimitContract } from './rate-limit.contract.ts';

rateLimitContract('in memory', createMemoryRateLimiter);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the window ends a minute after its first request', async () => {
  const limiter = createMemoryRateLimiter({ address: 2, user: 1, key: 1, organization: 1 });
  const ask = async () => (await limiter.consume([{ limited: 'address', id: '192.0.2.1' }], 1))[0];
  expect(await ask()).toMatchObject({ remaining: 1, resetSeconds: 60 });
  vi.advanceTimersByTime(59_000);
  expect(await ask()).toMatchObject({ remaining: 0, resetSeconds: 1 });
  expect(await ask()).toMatchObject({ exceeded: true });
  vi.advanceTimersByTime(1_001);
  expect(await ask()).toMatchObject({ remaining: 1, exceeded: false });
});
