import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { openEmbedded } from './embedded.ts';
import { lockFolder } from './folder-lock.ts';
import { initializeFolder } from './initialize-folder.ts';
import { type DatabaseReport, inspect, inspectServer, migrationName } from './inspect.ts';
import { readMigrations } from './migrate.ts';
import { EMBEDDED_FOLDER, MIGRATIONS_FOLDER, migrateOwned, migratePostgres, type OwnerStep } from './open.ts';
import type { SqlExecutor } from './port.ts';

type DatabaseConfig = Pick<Config, 'database' | 'dataDir'>;

/**
 * Looks at the configured database with the working login; null where the embedded one was not made yet. Throws the
 * driver's error where it cannot be reached, and `FolderInUseError` while another process works on it.
 */
export async function inspectDatabase(config: DatabaseConfig): Promise<DatabaseReport | null> {
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  const { url } = config.database;
  if (url !== undefined) return inspectServer(url, migrations);
  if (!existsSync(join(config.dataDir, EMBEDDED_FOLDER))) return null;
  return withFolder(config, (executor) => inspect(executor, 'embedded', migrations));
}

/** Names of the migrations that the configured database lacks. */
export async function pendingMigrations(config: DatabaseConfig): Promise<readonly string[]> {
  const report = await inspectDatabase(config);
  return report?.missing ?? (await readMigrations(MIGRATIONS_FOLDER)).map(migrationName);
}

/** Brings the configured database up to date and gives the names of what was applied now. Throws `MigrationError`. */
export async function migrateDatabase(
  config: DatabaseConfig,
  ownerSteps: readonly OwnerStep[],
): Promise<readonly string[]> {
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  const { url, migrationUrl } = config.database;
  const applied =
    url === undefined
      ? await withFolder(config, (owner) => migrateOwned(owner, 'embedded', migrations, ownerSteps))
      : await migratePostgres(migrationUrl ?? url, url, migrations, ownerSteps);
  return migrations.filter(({ version }) => applied.includes(version)).map(migrationName);
}

async function withFolder<T>(config: DatabaseConfig, use: (owner: SqlExecutor) => Promise<T>): Promise<T> {
  const lock = await lockFolder(config.dataDir);
  try {
    const folder = join(config.dataDir, EMBEDDED_FOLDER);
    await initializeFolder(folder);
    const database = await openEmbedded({ folder });
    return await use(database.admin).finally(() => database.close());
  } finally {
    lock.release();
  }
}
