import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { Cache } from './port.ts';

/** The cache of one process: bounded, oldest entry out first. */
export class MemoryCache implements Cache {
  readonly #entries = new Map<string, { readonly value: string; readonly expiresAt: number }>();
  readonly #limit: number;
  readonly #clock: Clock;

  constructor(limit = 10_000, clock: Clock = systemClock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#live(key)?.value;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    this.#put(key, value, this.#clock().getTime() + ttlSeconds * 1000);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  // Nothing may be awaited between reading and writing: two callers would count as one.
  async increment(key: string, ttlSeconds: number): Promise<number> {
    const entry = this.#live(key);
    const count = Number(entry?.value ?? 0) + 1;
    this.#put(key, String(count), entry?.expiresAt ?? this.#clock().getTime() + ttlSeconds * 1000);
    return count;
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }

  #live(key: string): { readonly value: string; readonly expiresAt: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry && entry.expiresAt <= this.#clock().getTime()) {
      this.#entries.delete(key);
      return undefined;
    }
    return entry;
  }

  #put(key: string, value: string, expiresAt: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt });
    if (this.#entries.size <= this.#limit) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
