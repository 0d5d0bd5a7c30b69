export { MemoryCache } from './memory.ts';
export type { Cache } from './port.ts';
export { RedisCache } from './redis.ts';
