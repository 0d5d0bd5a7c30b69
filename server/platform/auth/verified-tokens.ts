import { hash } from 'node:crypto';

/** Tokens that are remembered; about 0.5 kB each. */
const LIMIT = 10_000;

/** A signature is checked once: until the token ends, what it says cannot change. Keyed by hash; the oldest entry goes first. */
export class VerifiedTokens<T extends { readonly expiresAt: number }> {
  readonly #known = new Map<string, T>();

  /** `now`: seconds since 1970. */
  get(token: string, now: number): T | undefined {
    const key = hash('sha256', token, 'base64url');
    const known = this.#known.get(key);
    if (!known || known.expiresAt > now) return known;
    this.#known.delete(key);
    return undefined;
  }

  add(token: string, known: T): void {
    this.#known.set(hash('sha256', token, 'base64url'), known);
    if (this.#known.size <= LIMIT) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }

  clear(): void {
    this.#known.clear();
  }
}
