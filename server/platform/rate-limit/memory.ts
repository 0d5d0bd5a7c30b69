import { RateLimiterMemory } from 'rate-limiter-flexible';
import { createRateLimiter, type Limiters, limitersOf } from './limiters.ts';
import { type Quotas, type RateLimiter, WINDOW_SECONDS } from './port.ts';

/** Counts in this process. */
export function createMemoryRateLimiter(quotas: Quotas): RateLimiter {
  return createRateLimiter(memoryLimiters(quotas), async () => undefined);
}

export function memoryLimiters(quotas: Quotas): Limiters {
  return limitersOf(
    quotas,
    (keyPrefix, points) => new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_SECONDS }),
  );
}
