import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlExecutor } from './port.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** Lower-case hex of the file, so that a changed history is noticed. */
  readonly sha256: string;
}

/** `0001_identity.sql` …: numbered, forward only, no gaps. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
      const version = Number(match?.[1]);
      if (!match?.[2] || version !== index + 1) {
        throw new Error(
          `migrations/${file}: expected a file named ${String(index + 1).padStart(4, '0')}_<name>.sql`,
        );
      }
      const sql = await readFile(join(folder, file), 'utf8');
      return { version, name: match[2], sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Why the database cannot be brought to the shape that this build expects. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const LOCK_KEY = 7_319_041_268;

/**
 * Brings the database up to date, each migration in its own transaction, under an advisory lock so that processes that
 * start together do it once. `executor` is one connection as the owner. Gives the versions that were applied now.
 */
export async function migrate(
  executor: SqlExecutor,
  migrations: readonly Migration[],
): Promise<readonly number[]> {
  await executor.execute(`select pg_advisory_lock(${LOCK_KEY})`);
  try {
    await executor.execute(`create table if not exists schema_migrations (
      version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`);
    const applied = await executor.execute('select version, sha256 from schema_migrations order by version');
    const pending = pendingMigrations(migrations, applied.rows);
    for (const migration of pending) await apply(executor, migration);
    return pending.map((migration) => migration.version);
  } finally {
    await executor.execute(`select pg_advisory_unlock(${LOCK_KEY})`);
  }
}

function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Record<string, unknown>[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of applied) {
    const migration = known.get(Number(row.version));
    if (!migration) {
      throw new MigrationError(
        `The database is at migration ${row.version}, which this build does not know. Start a newer build.`,
      );
    }
    if (migration.sha256 !== row.sha256) {
      throw new MigrationError(
        `Migration ${migration.version} (${migration.name}) was changed after it had been applied. Restore the file.`,
      );
    }
  }
  return migrations.slice(applied.length);
}

async function apply(executor: SqlExecutor, migration: Migration): Promise<void> {
  await executor.execute('begin');
  try {
    await executor.execute(migration.sql);
    await executor.execute('insert into schema_migrations (version, name, sha256) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.sha256,
    ]);
    await executor.execute('commit');
  } catch (error) {
    await executor.execute('rollback');
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`Migration ${migration.version} (${migration.name}) failed: ${reason}`, {
      cause: error,
    });
  }
}

/** Whether every migration of this build is in the database; for `/health/ready` and for workers. */
export async function missingMigrations(
  executor: SqlExecutor,
  migrations: readonly Migration[],
): Promise<readonly number[]> {
  const { rows } = await executor.execute('select version from schema_migrations');
  const applied = new Set(rows.map((row) => Number(row.version)));
  return migrations
    .filter((migration) => !applied.has(migration.version))
    .map((migration) => migration.version);
}
