import { instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { AccessKey } from '../identity.access.repository.ts';
import { type KeyUse, markUsed } from './api-keys.repository.ts';

/** Milliseconds. */
const PRECISION = 60_000;
const FLUSH_AFTER = 5_000;

const INSTANCE = instanceActor('api-keys.usage');

/** Keeps when keys were last used: to the minute, and one write for all keys that were used within some seconds. */
export interface KeyUsage {
  readonly used: (key: AccessKey) => void;
  /** Writes what is still to be written, and takes no more. */
  close(): Promise<void>;
}

export interface KeyUsageOptions {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  /** A write failed. The next use of the key tries again. */
  readonly onError: (error: unknown) => void;
}

export function createKeyUsage({ uow, clock, onError }: KeyUsageOptions): KeyUsage {
  const pending = new Map<string, KeyUse>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let closed = false;

  function used(key: AccessKey): void {
    const now = clock().getTime();
    if (closed || (key.lastUsedAt !== null && now - Date.parse(key.lastUsedAt) < PRECISION)) return;
    const at = new Date(Math.floor(now / PRECISION) * PRECISION).toISOString();
    pending.set(key.id, { id: key.id, organizationId: key.organizationId, at });
    timer ??= setTimeout(() => void flush(), FLUSH_AFTER).unref();
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const uses = [...pending.values()];
    pending.clear();
    if (uses.length > 0)
      writing = writing.then(() => uow.write(INSTANCE, (tx) => markUsed(tx, uses))).catch(onError);
    return writing;
  }

  return {
    used,
    close: () => {
      closed = true;
      return flush();
    },
  };
}
