import { describe } from 'vitest';
import { cacheContract } from './cache.contract.ts';
import { RedisCache } from './redis.ts';

const url = process.env.TEST_REDIS_URL;
describe.skipIf(url === undefined)('with TEST_REDIS_URL', () => {
  cacheContract('Redis', () => new RedisCache(url ?? '', () => undefined));
});
