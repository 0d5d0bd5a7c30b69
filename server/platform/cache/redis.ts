import { Redis } from 'ioredis';
import type { Cache } from './port.ts';

const PREFIX = 'scriptorium:';

/** INCR and its expiry in one step, so that a crash between the two cannot leave a counter for ever. */
const INCREMENT = `local n = redis.call('incr', KEYS[1]) if n == 1 then redis.call('expire', KEYS[1], ARGV[1]) end return n`;

/** The cache that several processes share. */
export class RedisCache implements Cache {
  readonly #redis: Redis;

  constructor(url: string, onError: (error: Error) => void) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: true, connectTimeout: 3000 });
    this.#redis.on('error', onError);
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#redis.get(PREFIX + key)) ?? undefined;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#redis.set(PREFIX + key, value, 'EX', Math.max(1, Math.ceil(ttlSeconds)));
  }

  async delete(key: string): Promise<void> {
    await this.#redis.del(PREFIX + key);
  }

  async increment(key: string, ttlSeconds: number): Promise<number> {
    return Number(await this.#redis.eval(INCREMENT, 1, PREFIX + key, Math.max(1, Math.ceil(ttlSeconds))));
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}
