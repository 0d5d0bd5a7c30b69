import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Allowance, Limited, Quotas, RateLimiter } from './port.ts';

export type Limiters = Readonly<Record<Limited, RateLimiterAbstract>>;

/** One limiter of the library for each kind of subject. */
export function limitersOf(
  quotas: Quotas,
  create: (limited: Limited, points: number) => RateLimiterAbstract,
): Limiters {
  return {
    address: create('address', quotas.address),
    user: create('user', quotas.user),
    key: create('key', quotas.key),
    organization: create('organization', quotas.organization),
  };
}

export function createRateLimiter(limiters: Limiters, close: () => Promise<void>): RateLimiter {
  return {
    consume: (subjects, cost) =>
      Promise.all(subjects.map(({ limited, id }) => consumeOne(limited, limiters[limited], id, cost))),
    close,
  };
}

async function consumeOne(
  limited: Limited,
  limiter: RateLimiterAbstract,
  id: string,
  cost: number,
): Promise<Allowance> {
  try {
    return allowance(limited, await limiter.consume(id, cost), false);
  } catch (refusal) {
    // The library rejects with its result where the quota is exceeded, and with an error for everything else.
    if (refusal instanceof RateLimiterRes) return allowance(limited, refusal, true);
    throw refusal;
  }
}

function allowance(limited: Limited, result: RateLimiterRes, exceeded: boolean): Allowance {
  const resetSeconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
  return { limited, remaining: result.remainingPoints, resetSeconds, exceeded };
}
