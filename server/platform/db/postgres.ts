import pg from 'pg';
import type { Actor } from '../../kernel/actor.ts';
import { translateDatabaseError } from './errors.ts';
import type { Database, SqlExecutor, SqlResult, Tx } from './port.ts';
import { PostgresListener } from './postgres-listener.ts';
import { OpenTransaction } from './query-builder.ts';
import { PARSERS } from './sql-values.ts';
import { StatementNames } from './statement-names.ts';
import { APP_ROLE, SET_TENANT, setLocal, setTenantReadOnly, tenantSettings } from './tenant.ts';
import { readAsTenant } from './tenant-query.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly poolTimeoutSeconds: number;
  /** Called for errors of idle connections, which have no caller. */
  readonly onError: (error: Error) => void;
}

/** Distinct statements that are kept prepared on each connection; the rest are sent unnamed. */
const MAX_PREPARED = 1000;

/**
 * PostgreSQL over `pg` in pipeline mode. A statement of a read travels with its tenant's settings in one round trip and an
 * implicit transaction; of a write, BEGIN, the settings and the first statement leave together.
 */
export function openPostgres(options: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: options.poolTimeoutSeconds * 1000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        PARSERS[oid] ?? pg.types.getTypeParser(oid, format),
    },
    options: `-c role=${APP_ROLE} -c timezone=UTC -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000`,
  });
  pool.on('error', options.onError);
  const listener = new PostgresListener({
    connection: {
      connectionString: options.url,
      keepAlive: true,
      pipeline: true,
      options: `-c role=${APP_ROLE}`,
    },
    onError: options.onError,
  });
  const names = new StatementNames(MAX_PREPARED);

  const run = async (
    client: pg.PoolClient | pg.Pool,
    text: string,
    values: readonly unknown[],
  ): Promise<SqlResult> => {
    const name = values.length > 0 ? names.of(text) : undefined;
    const result = await client.query(
      name ? { name, text, values: [...values] } : { text, values: [...values] },
    );
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  };
  // Without parameters several statements may stand in one text; pg then gives one result for each.
  const runScript = async (text: string): Promise<SqlResult> => {
    const answer: pg.QueryResult | pg.QueryResult[] = await pool.query(text);
    const results = Array.isArray(answer) ? answer : [answer];
    return { rows: results.flatMap((result) => result.rows), rowCount: results.at(-1)?.rowCount ?? 0 };
  };

  const connect = () =>
    pool.connect().catch((error: unknown) => {
      throw translateDatabaseError(error);
    });

  async function read<T>(actor: Actor, fn: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await connect();
    const tenant = tenantSettings(actor);
    const named = (text: string, values: readonly unknown[]) => ({ text, values, name: names.of(text) });
    const open = new OpenTransaction({
      execute: (text, values = [], settings) =>
        readAsTenant(client, named(setTenantReadOnly(settings), tenant), named(text, values)),
    });
    try {
      const result = await fn(open.asTx());
      await open.finish();
      return result;
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      open.end();
      client.release();
    }
  }

  async function write<T>(actor: Actor, fn: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await connect();
    const opened = Promise.all([client.query('begin'), run(client, SET_TENANT, tenantSettings(actor))]);
    // Awaited below; until then a failure here must not count as unhandled.
    opened.catch(() => undefined);
    const open = new OpenTransaction({
      execute: async (text, values, settings) => {
        if (settings !== undefined) await run(client, setLocal(settings), []);
        return run(client, text, values ?? []);
      },
    });
    try {
      const result = await fn(open.asTx());
      await open.finish();
      await opened;
      open.end();
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      open.end();
      await client.query('rollback').then(
        () => client.release(),
        (broken: Error) => client.release(broken),
      );
      throw translateDatabaseError(error);
    }
  }

  const admin: SqlExecutor = {
    execute: (text, values) => (values?.length ? run(pool, text, values) : runScript(text)),
  };

  return {
    kind: 'postgres',
    admin,
    uow: {
      read,
      write,
    },
    executor: (tx) => OpenTransaction.from(tx),
    listen: (channel, onMessage) => listener.listen(channel, onMessage),
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
}
