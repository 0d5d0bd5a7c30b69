import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Config } from '../config/index.ts';
import { openEmbedded } from './embedded.ts';
import { lockFolder } from './folder-lock.ts';
import { initializeFolder } from './initialize-folder.ts';
import { inspectServer } from './inspect.ts';
import { type Migration, MigrationError, migrate, missingMigrations, readMigrations } from './migrate.ts';
import type { Database, SqlExecutor } from './port.ts';
import { openPostgres } from './postgres.ts';
import { APP_ROLE } from './tenant.ts';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** Of the embedded database, in DATA_DIR. */
export const EMBEDDED_FOLDER = 'database';

/** Runs as the owner after our own migrations: the queue makes its tables here. */
export type OwnerStep = (owner: SqlExecutor, kind: Database['kind']) => Promise<void>;

export interface OpenOptions {
  readonly config: Pick<Config, 'database' | 'dataDir' | 'production'>;
  readonly ownerSteps: readonly OwnerStep[];
  readonly onError: (error: Error) => void;
  readonly onWarning: (message: string) => void;
}

export interface OpenedDatabase {
  readonly database: Database;
  readonly migrations: readonly Migration[];
  close(): Promise<void>;
}

/** Opens the configured database, brings it up to date, and gives up every privilege that the product does not need. */
export async function openDatabase(options: OpenOptions): Promise<OpenedDatabase> {
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  return options.config.database.url
    ? openServer(options, options.config.database.url, migrations)
    : openFolder(options, migrations);
}

async function openFolder(options: OpenOptions, migrations: readonly Migration[]): Promise<OpenedDatabase> {
  const lock = await lockFolder(options.config.dataDir);
  try {
    const folder = join(options.config.dataDir, EMBEDDED_FOLDER);
    await initializeFolder(folder);
    const database = await openEmbedded({ folder });
    await migrateOwned(database.admin, 'embedded', migrations, options.ownerSteps);
    // pgvector's array types exist only since the migration that made the extension.
    await database.raw.refreshArrayTypes();
    await database.becomeApp();
    return {
      database,
      migrations,
      close: async () => {
        await database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openServer(
  options: OpenOptions,
  url: string,
  migrations: readonly Migration[],
): Promise<OpenedDatabase> {
  const owner = await ownerUrl(options.config.database.migrationUrl, url, migrations);
  if (owner !== null) await migratePostgres(owner, url, migrations, options.ownerSteps);
  const database = openPostgres({
    url,
    poolSize: options.config.database.poolSize,
    poolTimeoutSeconds: options.config.database.poolTimeoutSeconds,
    onError: options.onError,
  });
  try {
    await checkPrivileges(database.admin, options);
    const missing = await missingMigrations(database.admin, migrations);
    if (missing.length > 0)
      throw new MigrationError(
        `The database lacks migrations ${missing.join(', ')}. Run: scriptorium migrate`,
      );
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, migrations, close: () => database.close() };
}

/** Who migrates when a server starts; null where nobody may and nothing has to: `scriptorium migrate` was run before. */
async function ownerUrl(
  migrationUrl: string | undefined,
  url: string,
  migrations: readonly Migration[],
): Promise<string | null> {
  if (migrationUrl !== undefined) return migrationUrl;
  const { missing, queue, roles } = await inspectServer(url, migrations);
  if (roles.loginMayCreate) return url;
  if (missing.length === 0 && queue && roles.loginIsMember === true) return null;
  const lack =
    missing.length > 0 ? `lacks migrations ${missing.join(', ')}` : 'is not prepared for this login';
  throw new MigrationError(
    `The database ${lack}, and DATABASE_URL may not make tables. Run: scriptorium migrate, with the owner in DATABASE_MIGRATION_URL.`,
  );
}

/** Migrates a PostgreSQL over one connection as the owner, and lets the working login take the app role. */
export async function migratePostgres(
  ownerUrl: string,
  workingUrl: string,
  migrations: readonly Migration[],
  ownerSteps: readonly OwnerStep[],
): Promise<readonly number[]> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    options: '-c timezone=UTC',
    application_name: 'scriptorium-migrate',
  });
  await client.connect();
  try {
    const owner: SqlExecutor = {
      execute: async (text, values) => {
        const result: pg.QueryResult | pg.QueryResult[] = values?.length
          ? await client.query(text, [...values])
          : await client.query(text);
        const results = Array.isArray(result) ? result : [result];
        return { rows: results.flatMap((one) => one.rows), rowCount: results.at(-1)?.rowCount ?? 0 };
      },
    };
    const applied = await migrateOwned(owner, 'postgres', migrations, ownerSteps);
    const login = decodeURIComponent(new URL(workingUrl).username);
    if (login) await grantAppRole(owner, login);
    return applied;
  } finally {
    await client.end();
  }
}

/** Our migrations and then the other parts' tables, over one connection as the owner. Gives the versions applied now. */
export async function migrateOwned(
  owner: SqlExecutor,
  kind: Database['kind'],
  migrations: readonly Migration[],
  steps: readonly OwnerStep[],
) {
  const applied = await migrate(owner, migrations);
  for (const step of steps) await step(owner, kind);
  return applied;
}

async function grantAppRole(owner: SqlExecutor, login: string): Promise<void> {
  const { rows } = await owner.execute("select pg_has_role($1, $2, 'member') as member", [login, APP_ROLE]);
  if (rows[0]?.member !== true) await owner.execute(`grant ${APP_ROLE} to ${pg.escapeIdentifier(login)}`);
}

/** The role that statements really run as may bypass nothing and own nothing. */
async function checkPrivileges(working: SqlExecutor, options: OpenOptions): Promise<void> {
  const { rows } = await working.execute(`
    select me.rolsuper or me.rolbypassrls as all_powerful, login.rolsuper or login.rolbypassrls as login_all_powerful,
      exists(select from pg_class c where c.relowner = me.oid) as owns
    from pg_roles me, pg_roles login where me.rolname = current_user and login.rolname = session_user`);
  const role = rows[0];
  if (!role || role.all_powerful === true || role.owns === true) {
    throw new MigrationError(
      `The role ${APP_ROLE} must not be a superuser, bypass row-level security or own tables.`,
    );
  }
  if (role.login_all_powerful === true) {
    const sentence =
      'DATABASE_URL signs in as a superuser; give it a plain login and put the owner into DATABASE_MIGRATION_URL.';
    if (options.config.production) throw new MigrationError(sentence);
    options.onWarning(sentence);
  }
}
