import { sql } from 'kysely';
import { FEATURES, type Feature } from '../../kernel/features.ts';
import { isForeignKeyViolation, queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { Maintenance } from '../../platform/operating/port.ts';
import type { FeatureSetting, OperationsTables } from './operations.tables.ts';

// As the instance. Whoever writes here tells the other processes by `announceChange` in the same transaction.

export const OPERATIONS_CHANNEL = 'operations_changed';

const builder = (tx: Tx) => queryBuilder<OperationsTables>(tx);

export async function readMaintenance(tx: Tx): Promise<Maintenance | null> {
  const row = await builder(tx)
    .selectFrom('instance_maintenance')
    .select(['mode', 'message', 'since'])
    .executeTakeFirst();
  return row ?? null;
}

/** Null ends it. */
export async function writeMaintenance(tx: Tx, maintenance: Maintenance | null): Promise<void> {
  if (!maintenance) {
    await builder(tx).deleteFrom('instance_maintenance').execute();
    return;
  }
  await builder(tx)
    .insertInto('instance_maintenance')
    .values({ only_row: true, ...maintenance })
    .onConflict((conflict) => conflict.column('only_row').doUpdateSet(maintenance))
    .execute();
}

/** Everything that operators said, in one statement: of one moment. */
export async function readFeatures(tx: Tx): Promise<FeatureSetting[]> {
  const rows = await builder(tx)
    .selectFrom('instance_features')
    .select([sql<string | null>`null::uuid`.as('organization_id'), 'feature', 'is_on'])
    .unionAll((eb) =>
      eb
        .selectFrom('organization_features')
        .select([sql<string | null>`organization_id`.as('organization_id'), 'feature', 'is_on']),
    )
    .execute();
  return rows.flatMap((row) =>
    isFeature(row.feature)
      ? [{ organizationId: row.organization_id, feature: row.feature, on: row.is_on }]
      : [],
  );
}

function isFeature(name: string): name is Feature {
  return Object.hasOwn(FEATURES, name);
}

/** `on` null: the word is taken back. Fails with a foreign key violation (`isUnknownOrganization`). */
export async function writeFeature(
  tx: Tx,
  { organizationId, feature, on }: Omit<FeatureSetting, 'on'> & { readonly on: boolean | null },
  at: string,
): Promise<void> {
  if (organizationId === null) await writeInstanceFeature(tx, feature, on, at);
  else await writeOrganizationFeature(tx, organizationId, feature, on, at);
}

async function writeInstanceFeature(tx: Tx, feature: Feature, on: boolean | null, at: string): Promise<void> {
  if (on === null) {
    await builder(tx).deleteFrom('instance_features').where('feature', '=', feature).execute();
    return;
  }
  const state = { is_on: on, updated_at: at };
  await builder(tx)
    .insertInto('instance_features')
    .values({ feature, ...state })
    .onConflict((conflict) => conflict.column('feature').doUpdateSet(state))
    .execute();
}

async function writeOrganizationFeature(
  tx: Tx,
  organizationId: string,
  feature: Feature,
  on: boolean | null,
  at: string,
): Promise<void> {
  if (on === null) {
    await builder(tx)
      .deleteFrom('organization_features')
      .where('organization_id', '=', organizationId)
      .where('feature', '=', feature)
      .execute();
    return;
  }
  const state = { is_on: on, updated_at: at };
  await builder(tx)
    .insertInto('organization_features')
    .values({ organization_id: organizationId, feature, ...state })
    .onConflict((conflict) => conflict.columns(['organization_id', 'feature']).doUpdateSet(state))
    .execute();
}

export function isUnknownOrganization(error: unknown): boolean {
  return isForeignKeyViolation(error, 'organization_features_organization_id_fkey');
}

/** When the transaction commits, every process reads again. */
export async function announceChange(tx: Tx): Promise<void> {
  await sql`select pg_notify(${OPERATIONS_CHANNEL}, '')`.execute(builder(tx));
}

/** The server's version, and the bytes of this database. */
export async function readDatabaseFacts(
  tx: Tx,
): Promise<{ readonly version: string; readonly bytes: number }> {
  const { rows } = await sql<{ version: string; bytes: number }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes`.execute(
    builder(tx),
  );
  const [facts] = rows;
  if (!facts) throw new Error('a select without a table gave no row');
  return facts;
}
