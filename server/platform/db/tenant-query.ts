import { createRequire } from 'node:module';
import pg from 'pg';
import type { SqlResult } from './port.ts';

/** What we use of the inside of the pinned `pg` 8.23; the contract suite fails if a new version changes it. */
interface Connection {
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { readonly text: string; readonly name: string }): void;
  bind(message: {
    readonly portal: string;
    readonly statement: string;
    readonly values: readonly unknown[];
    readonly valueMapper: unknown;
  }): void;
  execute(message: { readonly portal: string; readonly rows: number }): void;
}

interface QueryConfig {
  readonly text: string;
  readonly name: string | undefined;
  readonly values: unknown[];
  readonly queryMode: 'extended';
}

type Done = (error: Error | null, result: pg.QueryResult) => void;

interface PreparedQuery {
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}

const Query = pg.Query as unknown as new (
  config: QueryConfig,
  values: undefined,
  done: Done,
) => PreparedQuery;
const { prepareValue }: { readonly prepareValue: unknown } = createRequire(import.meta.url)('pg/lib/utils');

/** A statement and the name under which it is kept prepared; undefined where it is not kept. */
export interface NamedStatement {
  readonly text: string;
  readonly name: string | undefined;
  readonly values: readonly unknown[];
}

/**
 * One statement together with its tenant's settings: both are executed before the protocol's Sync, so PostgreSQL runs them
 * in one implicit transaction (message flow of the extended query protocol) and the settings end with it. Where setting
 * them fails, the statement is skipped.
 */
class TenantQuery extends Query {
  readonly #settings: NamedStatement;
  #settled = false;

  constructor(config: QueryConfig, settings: NamedStatement, done: Done) {
    super(config, undefined, done);
    this.#settings = settings;
  }

  override prepare(connection: Connection): void {
    const { text, name = '', values } = this.#settings;
    const known = connection.parsedStatements[name] ?? connection.submittedNamedStatements[name];
    if (name === '' || known === undefined) {
      connection.parse({ text, name });
      if (name !== '') connection.submittedNamedStatements[name] = text;
    }
    connection.bind({ portal: '', statement: name, values, valueMapper: prepareValue });
    connection.execute({ portal: '', rows: 0 });
    super.prepare(connection);
  }

  /** The first row and the first completion are the settings'. */
  override handleDataRow(message: unknown): void {
    if (this.#settled) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#settled) super.handleCommandComplete(message, connection);
    this.#settled = true;
  }
}

/** Runs one read-only statement in one round trip after the statement that sets its tenant. */
export function readAsTenant(
  client: pg.PoolClient,
  settings: NamedStatement,
  statement: NamedStatement,
): Promise<SqlResult> {
  return new Promise((resolve, reject) => {
    const config: QueryConfig = { ...statement, values: [...statement.values], queryMode: 'extended' };
    const query = new TenantQuery(config, settings, (error, result) => {
      if (error) reject(error);
      else resolve({ rows: result.rows, rowCount: result.rowCount ?? 0 });
    });
    client.query(query as unknown as pg.Submittable);
  });
}
