import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { LocalSettings, SqlExecutor, Tx } from './port.ts';

/** The inside of a `Tx`: an executor on the open transaction's connection, and the query builder made for it once. */
export class OpenTransaction implements SqlExecutor {
  readonly #executor: SqlExecutor;
  #builder: Kysely<unknown> | undefined;
  #open = true;
  readonly #last: (() => Promise<void>)[] = [];

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  execute(text: string, values: readonly unknown[] = [], settings?: LocalSettings) {
    if (!this.#open)
      throw new Error('this transaction has ended: a query was issued after its unit of work returned');
    return this.#executor.execute(text, values, settings);
  }

  builder(): Kysely<unknown> {
    this.#builder ??= new Kysely<unknown>({ dialect: dialectOver(this) });
    return this.#builder;
  }

  last(step: () => Promise<void>): void {
    this.#last.push(step);
  }

  /** Runs what was left for the end, in the order in which it was. */
  async finish(): Promise<void> {
    for (const step of this.#last) await step();
  }

  end(): void {
    this.#open = false;
  }

  asTx(): Tx {
    return this as unknown as Tx;
  }

  static from(tx: Tx): OpenTransaction {
    if (!(tx instanceof OpenTransaction)) throw new TypeError('not a transaction of this unit of work');
    return tx;
  }
}

/** Runs `step` in the transaction once everything else in it is done; where it throws, nothing is committed. */
export function beforeCommit(tx: Tx, step: () => Promise<void>): void {
  OpenTransaction.from(tx).last(step);
}

/** The typed query builder over an open transaction. Only repositories call it. */
export function queryBuilder<Tables>(tx: Tx): Kysely<Tables> {
  return OpenTransaction.from(tx).builder() as Kysely<Tables>;
}

/**
 * A statement whose text never changes, for the few reads that everything waits for: building and compiling a query
 * costs more than sending it. `Row` must be what the text selects. Only repositories call it.
 */
export function statement<Row>(
  text: string,
  settings?: LocalSettings,
): (tx: Tx, ...values: unknown[]) => Promise<readonly Row[]> {
  return async (tx, ...values) =>
    (await OpenTransaction.from(tx).execute(text, values, settings)).rows as readonly Row[];
}

function dialectOver(executor: SqlExecutor): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new ExecutorDriver(executor),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

/** Kysely's driver over one connection whose transaction somebody else opens and ends. */
class ExecutorDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(executor: SqlExecutor) {
    this.#connection = {
      async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
        const { rows, rowCount } = await executor.execute(query.sql, query.parameters);
        return { rows: rows as R[], numAffectedRows: BigInt(rowCount) };
      },
      streamQuery(): AsyncIterableIterator<never> {
        throw new Error('streaming is not offered: read a page at a time');
      },
    };
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(): Promise<void> {
    throw new Error('the unit of work owns transactions');
  }
  async commitTransaction(): Promise<void> {
    throw new Error('the unit of work owns transactions');
  }
  async rollbackTransaction(): Promise<void> {
    throw new Error('the unit of work owns transactions');
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}
