import { createMemoryRateLimiter } from './memory.ts';
import type { Quotas, RateLimits } from './port.ts';
import { createRedisRateLimiter } from './redis.ts';

export interface RateLimitsOptions {
  readonly quotas: Quotas;
  /** Processes that name the same Redis count together. */
  readonly redisUrl: string | undefined;
  /** Redis is away, and each process counts by itself. */
  readonly onAway: (error: Error) => void;
}

export function createRateLimits({ quotas, redisUrl, onAway }: RateLimitsOptions): RateLimits {
  const local = createMemoryRateLimiter(quotas);
  const shared = redisUrl === undefined ? undefined : createRedisRateLimiter(redisUrl, quotas, onAway);
  return { quotas, local, shared };
}
