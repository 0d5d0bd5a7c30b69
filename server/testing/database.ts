import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openEmbedded } from '../platform/db/embedded.ts';
import { MIGRATIONS_FOLDER, migratePostgres, readMigrations } from '../platform/db/index.ts';
import { migrate } from '../platform/db/migrate.ts';
import type { Database } from '../platform/db/port.ts';
import { openPostgres } from '../platform/db/postgres.ts';
import { installQueue } from '../platform/queue/index.ts';

export interface TestDatabase {
  readonly database: Database;
  /** As the owner, past row-level security: for looking at what is really stored. */
  readonly owner: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
  /** The working login's URL, where there is a server. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/scriptorium/', import.meta.url));
/** What is made beside the migrations. */
const QUEUE_TABLES = fileURLToPath(new URL('../platform/queue/install.ts', import.meta.url));

/** A migrated embedded database in memory, loaded from a dump that is made once for each state of the migrations. */
export async function embeddedTestDatabase(): Promise<TestDatabase> {
  const loadDataDir = await migratedDump();
  const database = await openEmbedded({ folder: undefined, loadDataDir });
  await database.raw.refreshArrayTypes();
  await database.becomeApp();
  return {
    database,
    url: undefined,
    owner: async (text, values) => {
      await database.raw.exec('reset role');
      try {
        return (await database.raw.query<Record<string, unknown>>(text, values)).rows;
      } finally {
        await database.becomeApp();
      }
    },
    close: () => database.close(),
  };
}

async function migratedDump(): Promise<Blob> {
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  const state = createHash('sha256')
    .update(migrations.map((migration) => migration.sha256).join())
    .update(await readFile(QUEUE_TABLES))
    .digest('hex');
  const path = join(CACHE, `${state.slice(0, 16)}.tar`);
  if (!existsSync(path)) {
    const fresh = await openEmbedded({ folder: undefined });
    await migrate(fresh.admin, migrations);
    await installQueue(fresh.admin, 'embedded');
    const dump = await fresh.raw.dumpDataDir('none');
    await fresh.close();
    await mkdir(CACHE, { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, Buffer.from(await dump.arrayBuffer()));
    await rename(temporary, path);
  }
  return new Blob([await readFile(path)]);
}

/** The owner's URL of a real PostgreSQL with pgvector, where the tests were given one. */
export function testServerUrl(): string | undefined {
  return process.env.TEST_DATABASE_URL || undefined;
}

/** A new database with its own working login on the server behind TEST_DATABASE_URL; dropped on `close`. */
export async function postgresTestDatabase(serverUrl: string, poolSize = 10): Promise<TestDatabase> {
  const name = `scriptorium_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const password = randomUUID();
  await withClient(serverUrl, async (client) => {
    await client.query(`create database ${name}`);
    await client.query(`create role ${name} login password '${password}'`);
  });
  const ownerUrl = withDatabase(serverUrl, name);
  const url = new URL(ownerUrl);
  url.username = name;
  url.password = password;
  await migratePostgres(ownerUrl, url.href, await readMigrations(MIGRATIONS_FOLDER), [installQueue]);
  const database = openPostgres({
    url: url.href,
    poolSize,
    poolTimeoutSeconds: 10,
    onError: () => undefined,
  });
  return {
    database,
    url: url.href,
    owner: (text, values) => withClient(ownerUrl, async (client) => (await client.query(text, values)).rows),
    close: async () => {
      await database.close();
      await withClient(serverUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
        await client.query(`drop role if exists ${name}`);
      });
    },
  };
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function withClient<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}
