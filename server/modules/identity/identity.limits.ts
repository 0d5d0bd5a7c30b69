import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import type { Clock } from '../../kernel/clock.ts';
import type { Cache } from '../../platform/cache/port.ts';
import { tooManyAttempts } from './identity.errors.ts';

/** How often something may be tried in one window. */
interface Limit {
  readonly name: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

const SIGN_IN_BY_ADDRESS: Limit = { name: 'sign-in-address', attempts: 120, windowSeconds: 60 };
/** A success starts the count again, so only wrong passwords add up. */
const SIGN_IN_BY_ACCOUNT: Limit = { name: 'sign-in-account', attempts: 10, windowSeconds: 300 };
/** A success starts the count again. */
const ADMIN_SECRET_BY_ADDRESS: Limit = { name: 'admin-secret-address', attempts: 10, windowSeconds: 300 };
const REGISTER_BY_ADDRESS: Limit = { name: 'register-address', attempts: 60, windowSeconds: 600 };

/** Bounds how fast passwords can be guessed and accounts be made. All methods throw `identity.too_many_attempts`. */
export interface SignInLimits {
  signIn(address: string): Promise<void>;
  password(emailKey: string): Promise<void>;
  /** The password was right. */
  forgive(emailKey: string): Promise<void>;
  register(address: string): Promise<void>;
  adminSecret(address: string): Promise<void>;
  /** The admin secret was right. */
  forgiveAdminSecret(address: string): Promise<void>;
}

const UNLIMITED: SignInLimits = {
  signIn: async () => undefined,
  password: async () => undefined,
  forgive: async () => undefined,
  register: async () => undefined,
  adminSecret: async () => undefined,
  forgiveAdminSecret: async () => undefined,
};

export interface SignInLimitsOptions {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly enabled: boolean;
}

/** Fixed windows in the shared cache. Without the cache people can still sign in: a lost Redis must not lock all out. */
export function createSignInLimits(options: SignInLimitsOptions): SignInLimits {
  if (!options.enabled) return UNLIMITED;
  const { cache, clock, logger } = options;
  const tolerating = async <T>(fallback: T, fn: () => Promise<T>): Promise<T> => {
    try {
      return await fn();
    } catch (error) {
      logger.warn({ err: error }, 'the cache does not answer: attempts to sign in are not counted');
      return fallback;
    }
  };
  const windowOf = (limit: Limit, subject: string) => {
    const seconds = Math.floor(clock().getTime() / 1000);
    const window = Math.floor(seconds / limit.windowSeconds);
    const id = hash('sha256', subject, 'base64url');
    return {
      key: `identity:${limit.name}:${id}:${window}`,
      left: (window + 1) * limit.windowSeconds - seconds,
    };
  };
  const count = async (limit: Limit, subject: string) => {
    const { key, left } = windowOf(limit, subject);
    const attempts = await tolerating(0, () => cache.increment(key, left));
    if (attempts > limit.attempts) throw tooManyAttempts(left);
  };
  const forgive = (limit: Limit, subject: string) =>
    tolerating(undefined, () => cache.delete(windowOf(limit, subject).key));
  return {
    signIn: (address) => count(SIGN_IN_BY_ADDRESS, networkOf(address)),
    password: (emailKey) => count(SIGN_IN_BY_ACCOUNT, emailKey),
    forgive: (emailKey) => forgive(SIGN_IN_BY_ACCOUNT, emailKey),
    register: (address) => count(REGISTER_BY_ADDRESS, networkOf(address)),
    adminSecret: (address) => count(ADMIN_SECRET_BY_ADDRESS, networkOf(address)),
    forgiveAdminSecret: (address) => forgive(ADMIN_SECRET_BY_ADDRESS, networkOf(address)),
  };
}

/** One subscriber has a whole /64 of IPv6 addresses: they count as one. IPv4 counts by address, also when mapped. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%', 1).join('').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
