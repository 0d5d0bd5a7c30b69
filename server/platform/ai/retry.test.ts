import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aiRateLimited } from './errors.ts';
import { costMicros } from './prices.ts';
import { waitBeforeRetry } from './retry.ts';
import { DEFAULT_LIMITS as limits } from './settings.ts';

const failure = { error: aiRateLimited(undefined), again: true, retryAfterMs: undefined, summary: '' };

test('waits grow exponentially with full jitter up to a cap, never less than Retry-After', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: limits.attempts - 1 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: limits.longestRetryAfterMs }), { nil: undefined }),
      (attempt, random, retryAfterMs) => {
        const wait = waitBeforeRetry({ ...failure, retryAfterMs }, attempt, limits, random) ?? -1;
        const asked = retryAfterMs ?? 0;
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(wait - asked).toBeLessThanOrEqual(
          Math.min(limits.backoffCapMs, limits.backoffMs * 2 ** (attempt - 1)),
        );
      },
    ),
  );
});

test('gives up after the last try, on what will not pass, and on a Retry-After that is too long', () => {
  expect(waitBeforeRetry(failure, limits.attempts, limits, 0)).toBeNull();
  expect(waitBeforeRetry({ ...failure, again: false }, 1, limits, 0)).toBeNull();
  expect(
    waitBeforeRetry({ ...failure, retryAfterMs: limits.longestRetryAfterMs + 1 }, 1, limits, 0),
  ).toBeNull();
});

test('cost is micro-dollars by list price, rounded up; unknown without one', () => {
  expect(costMicros('anthropic:claude-sonnet-4-5', 1_000_000, 1_000_000)).toBe(18_000_000);
  expect(costMicros('anthropic:claude-sonnet-4-5-20250929', 1, 1)).toBe(18);
  expect(costMicros('openai:text-embedding-3-small', 10, 0)).toBe(1);
  expect(costMicros('openai:llama-at-home', 1, 1)).toBeNull();
});
