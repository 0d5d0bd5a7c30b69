import pg from 'pg';
import { NIL } from 'uuid';
import type { Migration } from './migrate.ts';
import type { Database, SqlExecutor } from './port.ts';
import { APP_ROLE } from './tenant.ts';

/** The state of a database as it was found: nothing is made, migrated or given up. */
export interface DatabaseReport {
  readonly kind: Database['kind'];
  /** `server_version_num`: 170004 is 17.4. */
  readonly serverVersion: number;
  /** pgvector: its version where it is installed; otherwise whether the server could install it. */
  readonly vector: { readonly installed: string | null; readonly available: boolean };
  /** Migrations of this build that are missing, as `0001_identity`. */
  readonly missing: readonly string[];
  /** Versions in the database that this build does not know. */
  readonly unknown: readonly number[];
  readonly queue: boolean;
  /** The keys that sign access tokens and have not ended; empty before their migration. */
  readonly signingKeys: readonly { readonly id: string; readonly sealed_key: Uint8Array | null }[];
  /** What the last nightly check of the audit trails found; null before the first one. */
  readonly auditCheck: { readonly at: string; readonly broken: boolean } | null;
  readonly roles: {
    /** The login could read past row-level security. */
    readonly loginAllPowerful: boolean;
    /** The login may take the role that the product works as; null before the first migration. */
    readonly loginIsMember: boolean | null;
    /** The login may make tables, so it can migrate. */
    readonly loginMayCreate: boolean;
  };
}

/** Looks at a PostgreSQL with one login. Throws the driver's error where it cannot be reached. */
export async function inspectServer(url: string, migrations: readonly Migration[]): Promise<DatabaseReport> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'scriptorium-doctor',
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  try {
    const execute: SqlExecutor['execute'] = async (text, values) => {
      const { rows, rowCount } = await client.query<Record<string, unknown>>(
        text,
        values ? [...values] : undefined,
      );
      return { rows, rowCount: rowCount ?? 0 };
    };
    return await inspect({ execute }, 'postgres', migrations);
  } finally {
    await client.end();
  }
}

/** Looks at the database behind an executor on one connection, whose role it may change. */
export async function inspect(
  executor: SqlExecutor,
  kind: Database['kind'],
  migrations: readonly Migration[],
): Promise<DatabaseReport> {
  const { rows } = await executor.execute(
    `select current_setting('server_version_num')::int as server_version,
      (select extversion from pg_extension where extname = 'vector') as vector,
      exists(select from pg_available_extensions where name = 'vector') as vector_available,
      exists(select from pg_tables where schemaname = 'public' and tablename = 'schema_migrations') as migrated,
      exists(select from pg_tables where schemaname = 'queue' and tablename = 'queue') as queue,
      exists(select from pg_tables where schemaname = 'public' and tablename = 'signing_keys') as signing_keys,
      exists(select from pg_tables where schemaname = 'public' and tablename = 'audit_events') as audit_events,
      (select rolsuper or rolbypassrls from pg_roles where rolname = session_user) as all_powerful,
      (select pg_has_role(session_user, oid, 'member') from pg_roles where rolname = $1) as member,
      has_schema_privilege(session_user, 'public', 'create') as may_create`,
    [APP_ROLE],
  );
  const [found] = rows;
  const applied =
    found?.migrated === true ? await appliedVersions(executor, found.member === true) : new Set<number>();
  const known = new Set(migrations.map(({ version }) => version));
  return {
    kind,
    serverVersion: Number(found?.server_version),
    vector: {
      installed: typeof found?.vector === 'string' ? found.vector : null,
      available: found?.vector_available === true,
    },
    missing: migrations.filter(({ version }) => !applied.has(version)).map(migrationName),
    unknown: [...applied].filter((version) => !known.has(version)),
    queue: found?.queue === true,
    signingKeys: found?.signing_keys === true ? await sealedKeys(executor) : [],
    auditCheck: found?.audit_events === true ? await lastAuditCheck(executor) : null,
    roles: {
      loginAllPowerful: found?.all_powerful === true,
      loginIsMember: typeof found?.member === 'boolean' ? found.member : null,
      loginMayCreate: found?.may_create === true,
    },
  };
}

/** The history belongs to the owner and may be read by the app role: a plain login has to take that role first. */
async function appliedVersions(executor: SqlExecutor, isMember: boolean): Promise<Set<number>> {
  if (isMember) await executor.execute(`set role ${APP_ROLE}`);
  const { rows } = await executor.execute('select version from schema_migrations order by version');
  return new Set(rows.map((row) => Number(row.version)));
}

/** Sealed as they are; only the instance's own scope sees them. */
async function sealedKeys(executor: SqlExecutor): Promise<DatabaseReport['signingKeys']> {
  await executor.execute("select set_config('app.scope', 'instance', false)");
  const { rows } = await executor.execute(
    'select id, sealed_key from signing_keys where expires_at is null or expires_at > now()',
  );
  return rows.map(({ id, sealed_key: sealed }) => ({
    id: String(id),
    sealed_key: sealed instanceof Uint8Array ? sealed : null,
  }));
}

/** Of the instance's trail, which belongs to no organization. */
async function lastAuditCheck(executor: SqlExecutor): Promise<DatabaseReport['auditCheck']> {
  await executor.execute("select set_config('app.scope', 'instance', false)");
  const { rows } = await executor.execute(
    `select occurred_at::text as at, outcome <> 'succeeded' as broken from audit_events
      where organization_id = $1 and action = 'audit.checked'
      order by sequence desc limit 1`,
    [NIL],
  );
  const [last] = rows;
  return last ? { at: String(last.at), broken: last.broken === true } : null;
}

/** `0001_identity`. */
export function migrationName({ version, name }: Migration): string {
  return `${String(version).padStart(4, '0')}_${name}`;
}
