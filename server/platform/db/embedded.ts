import { mkdir } from 'node:fs/promises';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { Actor } from '../../kernel/actor.ts';
import { breathing } from '../../kernel/breathe.ts';
import { EmbeddedTenantReader } from './embedded-tenant-query.ts';
import { translateDatabaseError } from './errors.ts';
import type { Database, SqlResult, Tx } from './port.ts';
import { OpenTransaction } from './query-builder.ts';
import { PARSERS } from './sql-values.ts';
import { APP_ROLE, SET_TENANT, setLocal, tenantSettings } from './tenant.ts';

export interface EmbeddedOptions {
  /** Folder of the database, or undefined for one in memory (tests). */
  readonly folder: string | undefined;
  /** A dump to begin from, as `dumpDataDir` makes it (tests). */
  readonly loadDataDir?: Blob;
}

/** PostgreSQL in this process. `raw` is for migrations and tests, before `becomeApp` gives up the superuser. */
export interface EmbeddedDatabase extends Database {
  readonly raw: PGlite;
  /** From here on every statement runs as the app role; there is no way back in this process. */
  becomeApp(): Promise<void>;
}

/**
 * PostgreSQL's defaults are for a machine of its own: its 128 MB of shared buffers alone would be a third of our memory.
 * What falls out of them is in the operating system's cache.
 */
const SETTINGS = ['shared_buffers = 32MB', 'max_connections = 8'];

export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  if (options.folder) await mkdir(options.folder, { recursive: true });
  const db = await PGlite.create({
    ...(options.folder ? { dataDir: options.folder } : {}),
    ...(options.loadDataDir ? { loadDataDir: options.loadDataDir } : {}),
    extensions: { vector },
    postgresqlconf: SETTINGS,
    parsers: PARSERS,
  });
  await db.exec("set timezone = 'UTC'");

  // Statements run on this thread with only microtasks between them: without a turn, a long transaction holds up all I/O.
  const breathe = breathing();
  const execute = async (
    target: PGlite | Transaction,
    text: string,
    values: readonly unknown[] | undefined,
  ) => {
    await breathe();
    return run(target, text, values);
  };

  const reader = new EmbeddedTenantReader(db);
  async function read<T>(actor: Actor, fn: (tx: Tx) => Promise<T>): Promise<T> {
    const tenant = tenantSettings(actor);
    const open = new OpenTransaction({
      execute: async (text, values = [], settings) => {
        await breathe();
        return reader.read(tenant, text, values, settings);
      },
    });
    try {
      const result = await fn(open.asTx());
      await open.finish();
      return result;
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      open.end();
    }
  }

  // PGlite is one connection. `transaction` queues behind the one that is open, and a Tx can only reach its own
  // transaction, so nothing can wait for itself.
  async function write<T>(actor: Actor, fn: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await db.transaction(async (inner) => {
        await inner.query(SET_TENANT, tenantSettings(actor));
        const open = new OpenTransaction({
          execute: async (text, values, settings) => {
            if (settings !== undefined) await inner.query(setLocal(settings));
            return execute(inner, text, values);
          },
        });
        try {
          const result = await fn(open.asTx());
          await open.finish();
          return result;
        } finally {
          open.end();
        }
      });
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  return {
    kind: 'embedded',
    raw: db,
    becomeApp: async () => {
      await db.exec(`set role ${APP_ROLE}`);
    },
    admin: { execute: (text, values) => execute(db, text, values) },
    uow: { read, write },
    executor: (tx) => OpenTransaction.from(tx),
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
}

async function run(
  target: PGlite | Transaction,
  text: string,
  values: readonly unknown[] = [],
): Promise<SqlResult> {
  if (values.length === 0) {
    // The simple protocol: several statements may stand in one text.
    const results = await target.exec(text);
    const last = results.at(-1);
    return {
      rows: results.flatMap((result) => result.rows),
      rowCount: last?.affectedRows || (last?.rows.length ?? 0),
    };
  }
  const result = await target.query<Record<string, unknown>>(text, [...values]);
  return { rows: result.rows, rowCount: result.affectedRows || result.rows.length };
}
