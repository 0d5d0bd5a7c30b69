import type { Kysely } from 'kysely';
import type { Actor } from '../../kernel/actor.ts';

declare const transaction: unique symbol;

/**
 * An open transaction that already carries its actor: the app role, `app.organization`, `app.user` and `app.scope` are
 * set in it. Opaque on purpose: only a repository can look inside, with `queryBuilder(tx)`.
 */
export interface Tx {
  readonly [transaction]: true;
}

/** The only doors to the database. Nothing slow (AI, storage, HTTP) belongs inside `fn`. */
export interface UnitOfWork {
  /**
   * Runs `fn` as `actor`; a write inside it fails. Every statement sees what was committed when it began (READ COMMITTED),
   * so two statements of one read may see different moments.
   */
  read<T>(actor: Actor, fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs `fn` in a transaction as `actor`; commits when it resolves, rolls back when it throws. */
  write<T>(actor: Actor, fn: (tx: Tx) => Promise<T>): Promise<T>;
}

/** A statement result as drivers give it. */
export interface SqlResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly rowCount: number;
}

/** Parameters of the database, for its planner or an extension: constants of our own, never input. */
export type LocalSettings = Readonly<Record<string, string>>;

/** Runs SQL on one connection, inside whatever transaction that connection has open. */
export interface SqlExecutor {
  /** `settings` hold while the statement is planned and runs; in a write, until its transaction ends. */
  execute(text: string, values?: readonly unknown[], settings?: LocalSettings): Promise<SqlResult>;
}

/** One database, PGlite or PostgreSQL, as the rest of the platform sees it. */
export interface Database {
  readonly kind: 'embedded' | 'postgres';
  readonly uow: UnitOfWork;
  /** Runs a statement outside any tenant as the app role, for the queue and health checks. */
  readonly admin: SqlExecutor;
  /** Runs `fn` on an executor whose statements belong to `tx`: how the queue joins a transaction. */
  executor(tx: Tx): SqlExecutor;
  /** Subscribes to NOTIFY on a channel; resolves to its unsubscribe function. All channels share one connection. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Gives a repository its typed query builder over the open transaction. Nothing but repositories may call it. */
export type QueryBuilderOf = <Tables>(tx: Tx) => Kysely<Tables>;
