import type { Actor } from '../../kernel/actor.ts';
import type { Database, Tx } from '../db/port.ts';

/**
 * Whose access may have changed. What is not named is meant whole: `{ userId }` is a person wherever they are signed in,
 * `{ userId, organizationId }` their part in one organization, `{ organizationId }` everybody in it.
 */
export interface AccessChange {
  readonly userId?: string;
  readonly organizationId?: string;
  /** A session or an API key. */
  readonly credentialId?: string;
}

/** How every process hears that somebody’s access has changed, so that what is open for them ends. */
export interface AccessChanges {
  /** Tells all processes when the caller's transaction commits; what is rolled back is told to nobody. */
  notify(tx: Tx, change: AccessChange): Promise<void>;
  /** Calls `onChange` after each change that may concern the actor, until the returned function is called. */
  watch(actor: Actor, onChange: () => void): () => void;
}

export interface AccessChangeFeed extends AccessChanges {
  /** Begins to listen; before that, `watch` hears nothing. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const CHANNEL = 'access_changed';

/**
 * Over NOTIFY, on both databases. While a lost connection to PostgreSQL is away nothing is heard, so whoever watches also
 * looks again from time to time.
 */
export function createAccessChanges(database: Pick<Database, 'executor' | 'listen'>): AccessChangeFeed {
  const watchers = new Set<{ readonly actor: Actor; readonly onChange: () => void }>();
  let unlisten: (() => Promise<void>) | undefined;

  function hear(payload: string): void {
    const change = parse(payload);
    for (const { actor, onChange } of [...watchers]) if (concerns(change, actor)) onChange();
  }

  return {
    notify: async (tx, change) => {
      await database.executor(tx).execute('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(change)]);
    },
    watch: (actor, onChange) => {
      const watcher = { actor, onChange };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    start: async () => {
      unlisten ??= await database.listen(CHANNEL, hear);
    },
    close: async () => {
      watchers.clear();
      await unlisten?.();
      unlisten = undefined;
    },
  };
}

function concerns(change: AccessChange, actor: Actor): boolean {
  return (
    (change.userId === undefined || change.userId === actor.userId) &&
    (change.organizationId === undefined || change.organizationId === actor.organizationId) &&
    (change.credentialId === undefined || change.credentialId === actor.credentialId)
  );
}

/** What cannot be read may concern everybody. */
function parse(payload: string): AccessChange {
  try {
    return JSON.parse(payload) as AccessChange;
  } catch {
    return {};
  }
}
