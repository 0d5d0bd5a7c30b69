import { hash } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { Cache } from '../../platform/cache/port.ts';

/** Some attempts are free; then each one has to wait longer than the one before. */
export interface Backoff {
  readonly name: string;
  /** Attempts before the first wait. */
  readonly free: number;
  /** Seconds to wait after the first attempt that is not free; doubles with each further one. */
  readonly baseSeconds: number;
  /** The longest wait, seconds. */
  readonly capSeconds: number;
  /** Seconds after the first attempt when all is forgotten. */
  readonly windowSeconds: number;
}

export interface Backoffs {
  /**
   * Counts an attempt before it is made: 0 where it may be, otherwise the seconds to wait. Of many at once that are no
   * longer free, one may be. Attempts that are refused do not make the wait longer.
   */
  attempt(backoff: Backoff, subject: string): Promise<number>;
  /** Begins the count again. */
  forgive(backoff: Backoff, subject: string): Promise<void>;
}

export function createBackoffs(cache: Cache, clock: Clock): Backoffs {
  const keyOf = ({ name }: Backoff, subject: string) =>
    `identity:${name}:${hash('sha256', subject, 'base64url')}`;
  return {
    attempt: async (backoff, subject) => {
      const key = keyOf(backoff, subject);
      const now = clock().getTime() / 1000;
      const until = Number((await cache.get(`${key}:until`)) ?? 0);
      if (until > now) return Math.ceil(until - now);
      const count = await cache.increment(key, backoff.windowSeconds);
      if (count <= backoff.free) return 0;
      const wait = Math.min(backoff.capSeconds, backoff.baseSeconds * 2 ** (count - backoff.free - 1));
      // The increment is what only one of many at once can win; `until` says how long the others have to wait.
      if ((await cache.increment(`${key}:turn`, wait)) > 1) return wait;
      await cache.set(`${key}:until`, String(now + wait), wait);
      return 0;
    },
    forgive: async (backoff, subject) => {
      const key = keyOf(backoff, subject);
      for (const part of [key, `${key}:until`, `${key}:turn`]) await cache.delete(part);
    },
  };
}
