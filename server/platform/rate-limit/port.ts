/** Whose requests are counted together. */
export type Limited = 'address' | 'user' | 'key' | 'organization';

/** Units a minute. A request costs one unit where its route does not say otherwise. */
export type Quotas = Readonly<Record<Limited, number>>;

export const WINDOW_SECONDS = 60;

export interface Subject {
  readonly limited: Limited;
  /** A network, or the id of a user, key or organization. */
  readonly id: string;
}

/** What one subject has left after a request was counted. */
export interface Allowance {
  readonly limited: Limited;
  /** Units until the window ends; 0 where it is exceeded. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

/** Counts requests in windows of a minute that begin with a subject's first request. */
export interface RateLimiter {
  /** Counts one request for each of the subjects; the answers are in their order. */
  consume(subjects: readonly Subject[], cost: number): Promise<readonly Allowance[]>;
  close(): Promise<void>;
}

export interface RateLimits {
  readonly quotas: Quotas;
  /** Of this process. */
  readonly local: RateLimiter;
  /** Of all processes together, where there is one. */
  readonly shared: RateLimiter | undefined;
}
