import { describe, test } from 'vitest';
import { cacheContract } from './cache.contract.ts';
import { RedisCache } from './redis.ts';

const url = process.env.TEST_REDIS_URL;
if (url) cacheContract('Redis', () => new RedisCache(url, () => undefined));
else describe.skip('cache contract: Redis (no TEST_REDIS_URL)', () => test('skipped', () => undefined));
