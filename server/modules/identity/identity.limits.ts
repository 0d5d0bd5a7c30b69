import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../kernel/clock.ts';
import type { Cache } from '../../platform/cache/port.ts';
import { networkOf, siteOf } from '../../platform/rate-limit/index.ts';
import { type Backoff, createBackoffs } from './identity.backoff.ts';
import { tooManyAttempts } from './identity.errors.ts';

/** How often something may be tried in one window. */
interface Limit {
  readonly name: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** What networks of one site may together, of what each of them may: one owner can have many, and many people share some. */
const SITE = 5;

/**
 * Of a site only passwords count, and not from networks from which their person has signed in: neighbours who use its share up
 * must not keep them out, nor whoever holds a link or has given the password already.
 */
const SIGN_IN_BY_ADDRESS: Limit = { name: 'sign-in-address', attempts: 120, windowSeconds: 60 };
/** Guesses at one account from one network: 10 at once, then at most one in a quarter of an hour. A success forgives them. */
const PASSWORD_BY_NETWORK: Backoff = {
  name: 'password-network',
  free: 10,
  baseSeconds: 2,
  capSeconds: 900,
  windowSeconds: 6 * 3600,
};
/** Guesses at one account from one site, so that its many networks are no way around. */
const PASSWORD_BY_SITE: Backoff = {
  ...PASSWORD_BY_NETWORK,
  name: 'password-site',
  free: SITE * PASSWORD_BY_NETWORK.free,
};
/**
 * Guesses at one account from everywhere (NIST SP 800-63B, 3.2.2: no more than 100 in a row), so that many networks are no
 * way around. It ends at one a minute: whoever wants to lock somebody out has to compete with them for that turn.
 */
const PASSWORD_BY_ACCOUNT: Backoff = {
  name: 'password-account',
  free: 100,
  baseSeconds: 2,
  capSeconds: 60,
  windowSeconds: 6 * 3600,
};
/** Seconds that a network from which somebody has signed in is remembered: what others try elsewhere does not keep them out. */
const KNOWN_SECONDS = 30 * 86_400;
/** A success starts the count again. */
const ADMIN_SECRET_BY_ADDRESS: Limit = { name: 'admin-secret-address', attempts: 10, windowSeconds: 300 };
const REGISTER_BY_ADDRESS: Limit = { name: 'register-address', attempts: 60, windowSeconds: 600 };
/** Addresses that were in use: each of them tells something. */
const TAKEN_BY_ADDRESS: Limit = { name: 'register-taken', attempts: 10, windowSeconds: 3600 };
/** Mail that somebody asks for without being signed in, by who asks and by where it goes. */
const MAIL_BY_ADDRESS: Limit = { name: 'mail-address', attempts: 30, windowSeconds: 3600 };
const MAIL_BY_RECIPIENT: Limit = { name: 'mail-recipient', attempts: 5, windowSeconds: 3600 };

/** Each has a count of its own: else who registers with somebody's address again and again keeps them from a new password. */
export type MailPurpose = 'registration' | 'verification' | 'new_address' | 'reset';

/** Somebody at `address` says that the account is theirs. */
export interface Guess {
  readonly emailKey: string;
  readonly address: string;
}

/** Bounds how fast passwords can be guessed and accounts be made. All methods throw `identity.too_many_attempts`. */
export interface SignInLimits {
  signIn(address: string): Promise<void>;
  /** Before a password is compared. The same for accounts that do not exist, and for what is no address. */
  password(guess: Guess): Promise<void>;
  /** The password was right. */
  forgive(guess: Guess): Promise<void>;
  register(address: string): Promise<void>;
  /** A registration named an address that is in use. After too many, `register` refuses all. */
  registerTaken(address: string): Promise<void>;
  /** Before mail goes to somebody who asked for it without being signed in. */
  mail(purpose: MailPurpose, guess: Guess): Promise<void>;
  adminSecret(address: string): Promise<void>;
  /** The admin secret was right. */
  forgiveAdminSecret(address: string): Promise<void>;
}

const UNLIMITED: SignInLimits = {
  signIn: async () => undefined,
  password: async () => undefined,
  forgive: async () => undefined,
  register: async () => undefined,
  registerTaken: async () => undefined,
  mail: async () => undefined,
  adminSecret: async () => undefined,
  forgiveAdminSecret: async () => undefined,
};

export interface SignInLimitsOptions {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly enabled: boolean;
}

/** Counts in the shared cache. Without the cache people can still sign in: a lost Redis must not lock all out. */
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
  const countPlaces = async (limit: Limit, address: string) => {
    for (const [ofPlace, place] of placesOf(limit, address)) await count(ofPlace, place);
  };
  const forgive = async (limit: Limit, address: string) => {
    for (const [ofPlace, place] of placesOf(limit, address))
      await tolerating(undefined, () => cache.delete(windowOf(ofPlace, place).key));
  };
  const backoffs = createBackoffs(cache, clock);
  const wait = async (backoff: Backoff, subject: string) => {
    const seconds = await tolerating(0, () => backoffs.attempt(backoff, subject));
    if (seconds > 0) throw tooManyAttempts(seconds);
  };
  const pairAt = (place: (address: string) => string, { emailKey, address }: Guess) =>
    `${place(address)} ${emailKey}`;
  const knownKey = (guess: Guess) =>
    `identity:known-network:${hash('sha256', pairAt(networkOf, guess), 'base64url')}`;

  return {
    signIn: (address) => count(SIGN_IN_BY_ADDRESS, networkOf(address)),
    password: async (guess) => {
      await wait(PASSWORD_BY_NETWORK, pairAt(networkOf, guess));
      const known = await tolerating(undefined, () => cache.get(knownKey(guess)));
      if (known !== undefined) return;
      await count(ofSite(SIGN_IN_BY_ADDRESS), siteOf(guess.address));
      await wait(PASSWORD_BY_SITE, pairAt(siteOf, guess));
      await wait(PASSWORD_BY_ACCOUNT, guess.emailKey);
    },
    forgive: (guess) =>
      tolerating(undefined, async () => {
        await backoffs.forgive(PASSWORD_BY_NETWORK, pairAt(networkOf, guess));
        await backoffs.forgive(PASSWORD_BY_SITE, pairAt(siteOf, guess));
        await cache.set(knownKey(guess), '1', KNOWN_SECONDS);
      }),
    register: async (address) => {
      await countPlaces(REGISTER_BY_ADDRESS, address);
      // Also for addresses that are free: a refusal of only the others would tell which they are.
      for (const [limit, place] of placesOf(TAKEN_BY_ADDRESS, address)) {
        const { key, left } = windowOf(limit, place);
        const taken = Number((await tolerating(undefined, () => cache.get(key))) ?? 0);
        if (taken >= limit.attempts) throw tooManyAttempts(left);
      }
    },
    registerTaken: (address) => countPlaces(TAKEN_BY_ADDRESS, address),
    mail: async (purpose, { emailKey, address }) => {
      await countPlaces(MAIL_BY_ADDRESS, address);
      await count(MAIL_BY_RECIPIENT, `${purpose} ${emailKey}`);
    },
    adminSecret: (address) => countPlaces(ADMIN_SECRET_BY_ADDRESS, address),
    forgiveAdminSecret: (address) => forgive(ADMIN_SECRET_BY_ADDRESS, address),
  };
}

/** By what somebody is counted: their network, and the site that it belongs to. */
function placesOf(limit: Limit, address: string): readonly (readonly [Limit, string])[] {
  return [
    [limit, networkOf(address)],
    [ofSite(limit), siteOf(address)],
  ];
}

function ofSite(limit: Limit): Limit {
  return { ...limit, attempts: SITE * limit.attempts };
}
