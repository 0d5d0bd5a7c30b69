import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { createRateLimiter, limitersOf } from './limiters.ts';
import { memoryLimiters } from './memory.ts';
import { type Quotas, type RateLimiter, WINDOW_SECONDS } from './port.ts';

const COMMAND_TIMEOUT_MS = 250;
const SOCKET_TIMEOUT_MS = 1_000;
/** At most so often it is said that Redis is away. */
const WARN_EVERY_MS = 60_000;

/**
 * Counts in Redis, for all processes together: one round trip a request, however many subjects it has. While Redis is away
 * each process counts by itself, and says so.
 */
export function createRedisRateLimiter(
  url: string,
  quotas: Quotas,
  onAway: (error: Error) => void,
): RateLimiter {
  const redis = new Redis(url, {
    enableAutoPipelining: true,
    // A request does not wait for a connection to come back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 3_000,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
  });
  let warnedAt = Number.NEGATIVE_INFINITY;
  redis.on('error', (error) => {
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    onAway(error);
  });
  const insurance = memoryLimiters(quotas);
  const limiters = limitersOf(
    quotas,
    (limited, points) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `scriptorium:rate:${limited}`,
        points,
        duration: WINDOW_SECONDS,
        rejectIfRedisNotReady: true,
        insuranceLimiter: insurance[limited],
        // Who is over the quota costs Redis nothing until their window ends.
        inMemoryBlockOnConsumed: points + 1,
      }),
  );
  return createRateLimiter(limiters, async () => redis.disconnect());
}
