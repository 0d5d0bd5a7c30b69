import { knownSecret } from '../app/secret.ts';
import type { Config } from '../platform/config/index.ts';
import { type DatabaseReport, type FolderHolder, inspectDatabase } from '../platform/db/index.ts';
import { type Finding, fail, failed, ok, skip, warn } from './doctor.findings.ts';
import { describeSigningKeys } from './doctor.keys.ts';

const OLDEST_POSTGRES = 160_000;

export async function checkDatabase(
  config: Config,
  holder: FolderHolder | undefined,
): Promise<readonly Finding[]> {
  const { url } = config.database;
  if (holder)
    return [
      skip('database', `embedded, in use by process ${holder.pid}: its own /health/ready speaks for it`),
    ];
  try {
    const report = await inspectDatabase(config);
    if (report === null) return [ok('database', 'embedded, will be made at the first start')];
    return [
      ...describeDatabase(report, config.production),
      describeSigningKeys(report.signingKeys, await knownSecret(config)),
    ];
  } catch (error) {
    const mend =
      url === undefined
        ? `Restore ${config.dataDir}/database from a backup, or set DATA_DIR to a new folder.`
        : `Start PostgreSQL at ${placeOf(url)} and check user, password and database in DATABASE_URL.`;
    return [failed('database', error, mend)];
  }
}

export function describeDatabase(report: DatabaseReport, production: boolean): readonly Finding[] {
  return [
    versionOf(report),
    vectorOf(report),
    migrationsOf(report),
    rolesOf(report, production),
    queueOf(report),
    auditOf(report),
  ];
}

function versionOf({ kind, serverVersion }: DatabaseReport): Finding {
  const version = `PostgreSQL ${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}${kind === 'embedded' ? ', embedded' : ''}`;
  return serverVersion < OLDEST_POSTGRES
    ? fail('database', `${version} is too old`, 'Upgrade to PostgreSQL 16 or newer.')
    : ok('database', version);
}

function vectorOf({ vector }: DatabaseReport): Finding {
  if (vector.installed !== null) return ok('pgvector', vector.installed);
  return vector.available
    ? ok('pgvector', 'available; the first migration installs it')
    : fail(
        'pgvector',
        'not on this server',
        'Install the package of pgvector for this PostgreSQL (for example postgresql-17-pgvector) and try again.',
      );
}

function migrationsOf({ missing, unknown }: DatabaseReport): Finding {
  if (unknown.length > 0) {
    return fail(
      'migrations',
      `the database has ${unknown.join(', ')}, which this build does not know`,
      'Start the newer build that made them, or restore a backup from before.',
    );
  }
  if (missing.length > 0)
    return warn(
      'migrations',
      `missing: ${missing.join(', ')}`,
      'Run: scriptorium migrate (a server whose login may make tables also does it when it starts).',
    );
  return ok('migrations', 'up to date');
}

/** The embedded database has one login, which gives its rights up in each process before the first query. */
function rolesOf({ kind, roles, missing }: DatabaseReport, production: boolean): Finding {
  if (kind === 'embedded') return ok('privileges', 'given up when the server opens it');
  if (roles.loginAllPowerful) {
    const finding = production ? fail : warn;
    return finding(
      'privileges',
      'DATABASE_URL signs in as a superuser, which no row-level policy holds',
      'Make a plain login for DATABASE_URL and put the owner of the tables into DATABASE_MIGRATION_URL.',
    );
  }
  if (roles.loginIsMember === false) {
    // The role belongs to the whole server: another database may have made it before this one was migrated.
    const finding = missing.length > 0 ? warn : fail;
    return finding(
      'privileges',
      'the login may not work as scriptorium_app',
      'Run: scriptorium migrate, with the owner in DATABASE_MIGRATION_URL.',
    );
  }
  return ok(
    'privileges',
    roles.loginIsMember === null ? 'a plain login' : 'a plain login that works as scriptorium_app',
  );
}

function queueOf({ queue, missing }: DatabaseReport): Finding {
  if (queue) return ok('queue', 'its tables are there');
  const mend = 'Run: scriptorium migrate (a server whose login may make tables also does it when it starts).';
  return missing.length > 0
    ? warn('queue', 'no tables yet', mend)
    : fail('queue', 'its tables are missing', mend);
}

function auditOf({ auditCheck }: DatabaseReport): Finding {
  if (auditCheck === null) return ok('audit trails', 'not checked yet: a server does it every night');
  return auditCheck.broken
    ? fail(
        'audit trails',
        `not as they were recorded, found at ${auditCheck.at}`,
        'Run: scriptorium audit verify. It says which, where and how.',
      )
    : ok('audit trails', `whole at ${auditCheck.at}`);
}

/** `host:port/database`, without who signs in. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
