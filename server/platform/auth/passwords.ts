import { hash, verify } from '@node-rs/argon2';
import { siteOf } from '../rate-limit/index.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import type { PasswordHasher } from './port.ts';

/** OWASP Password Storage: Argon2id (RFC 9106; the library's default variant), 19 MiB, two passes, one lane. */
const COSTS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** What is checked where there is nobody: the hash of a random value that was thrown away, with the same costs. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$pYzFkRJboUb8pJV1hOi5EA$R0nr99IvWa3GQF6uL2djTJQvyg2eGIVHJyndO00KsTQ';

export interface PasswordHasherOptions {
  /** How many hashes are computed at once; each takes 19 MiB and a thread of the pool that files need too. */
  readonly parallel: number;
  /** How many more may wait for their turn before the next one is refused with 503. */
  readonly waiting: number;
}

export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const inTurn = limitConcurrency({ running: options.parallel, waiting: options.waiting });
  return {
    hash: (password, address) => inTurn(lineOf(address), () => hash(bytesOf(password), COSTS)),
    verify: async (stored, password, address) => {
      const matches = await inTurn(lineOf(address), () => verify(stored ?? NOBODY, bytesOf(password)));
      return matches && stored !== null;
    },
  };
}

/** The command line and jobs have no address, and a line of their own. */
function lineOf(address: string | undefined): string {
  return address === undefined ? '' : siteOf(address);
}

/** NFKC (NIST SP 800-63B, 3.1.1.2), so that one password typed on two keyboards is one password. */
function bytesOf(password: string): Uint8Array {
  return Buffer.from(password.normalize('NFKC'), 'utf8');
}
