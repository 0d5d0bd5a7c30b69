import { sql } from 'kysely';
import type { Keyset } from '../../../kernel/page.ts';
import {
  isForeignKeyViolation,
  isUniqueViolation,
  queryBuilder,
  type Tx,
} from '../../../platform/db/index.ts';
import type { Destination, FederationTables, ProviderRow } from './federation.tables.ts';

// Identity providers and where they lead. Only the instance sees the providers themselves.

const builder = (tx: Tx) => queryBuilder<FederationTables>(tx);

/** Fails with a unique violation (`takenField`) where the slug or the bearer issuer is in use. */
export async function insertProvider(tx: Tx, provider: ProviderRow): Promise<ProviderRow> {
  return builder(tx)
    .insertInto('identity_providers')
    .values(stored(provider))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Replaces what has the expected version; undefined when it has moved on. */
export async function updateProvider(
  tx: Tx,
  provider: ProviderRow,
  expectedVersion: number,
): Promise<ProviderRow | undefined> {
  const { id, created_at: _, ...changed } = stored(provider);
  return builder(tx)
    .updateTable('identity_providers')
    .set(changed)
    .where('id', '=', id)
    .where('version', '=', expectedVersion)
    .returningAll()
    .executeTakeFirst();
}

function stored(provider: ProviderRow) {
  return { ...provider, roles: sql<ProviderRow['roles']>`${JSON.stringify(provider.roles)}::jsonb` };
}

export async function deleteProvider(tx: Tx, id: string): Promise<void> {
  await builder(tx).deleteFrom('identity_providers').where('id', '=', id).execute();
}

/** The provider's unique member that another one has already; undefined for another error. */
export function takenField(error: unknown): 'slug' | 'issuer' | undefined {
  if (isUniqueViolation(error, 'identity_providers_slug')) return 'slug';
  return isUniqueViolation(error, 'identity_providers_bearer') ? 'issuer' : undefined;
}

export function isUnknownOrganization(error: unknown): boolean {
  return isForeignKeyViolation(error);
}

export async function findProvider(tx: Tx, id: string): Promise<ProviderRow | undefined> {
  return builder(tx).selectFrom('identity_providers').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The enabled provider of this name. */
export async function findEnabledProvider(tx: Tx, slug: string): Promise<ProviderRow | undefined> {
  return builder(tx)
    .selectFrom('identity_providers')
    .selectAll()
    .where('slug', '=', slug)
    .where('enabled', '=', true)
    .executeTakeFirst();
}

/** The enabled providers whose access tokens are accepted as bearer tokens; each has an issuer of its own. */
export async function listBearerProviders(tx: Tx): Promise<ProviderRow[]> {
  return builder(tx)
    .selectFrom('identity_providers')
    .selectAll()
    .where('bearer_audience', 'is not', null)
    .where('enabled', '=', true)
    .execute();
}

/** At most `limit` providers by creation, from after `after`. */
export async function listProviders(
  tx: Tx,
  limit: number,
  after: Keyset | undefined,
): Promise<ProviderRow[]> {
  let query = builder(tx)
    .selectFrom('identity_providers')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit);
  if (after)
    query = query.where(sql<boolean>`(created_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`);
  return query.execute();
}

/** Those by which people can sign in in a browser, by label; what strangers see of them. */
export async function listSignInProviders(tx: Tx): Promise<Pick<ProviderRow, 'slug' | 'label'>[]> {
  return builder(tx)
    .selectFrom('identity_providers')
    .select(['slug', 'label'])
    .where('enabled', '=', true)
    .where('client_id', 'is not', null)
    .orderBy('label')
    .orderBy('slug')
    .execute();
}

/** The enabled providers that lead to an organization, by label. */
export async function listProvidersOf(tx: Tx, organizationId: string): Promise<ProviderRow[]> {
  return builder(tx)
    .selectFrom('identity_providers as p')
    .selectAll('p')
    .where('p.enabled', '=', true)
    .where((is) =>
      is.exists(
        is
          .selectFrom('identity_provider_organizations as o')
          .select('o.provider_id')
          .where('o.organization_id', '=', organizationId)
          .whereRef('o.provider_id', '=', 'p.id'),
      ),
    )
    .orderBy('p.label')
    .orderBy('p.slug')
    .execute();
}

/** Where each of the providers leads. */
export async function destinationsOf(
  tx: Tx,
  providerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Destination[]>> {
  const found = new Map<string, Destination[]>(providerIds.map((id) => [id, []]));
  if (providerIds.length === 0) return found;
  const rows = await builder(tx)
    .selectFrom('identity_provider_organizations')
    .selectAll()
    .where('provider_id', 'in', [...providerIds])
    .orderBy('organization_id')
    .orderBy('claim_value')
    .execute();
  for (const row of rows) {
    const claimValue = row.claim_value === '' ? null : row.claim_value;
    found.get(row.provider_id)?.push({ organizationId: row.organization_id, claimValue });
  }
  return found;
}

/** Fails with a foreign key violation (`isUnknownOrganization`) for an organization that does not exist. */
export async function replaceDestinations(
  tx: Tx,
  providerId: string,
  destinations: readonly Destination[],
): Promise<void> {
  await builder(tx)
    .deleteFrom('identity_provider_organizations')
    .where('provider_id', '=', providerId)
    .execute();
  if (destinations.length === 0) return;
  await builder(tx)
    .insertInto('identity_provider_organizations')
    .values(
      destinations.map(({ organizationId, claimValue }) => ({
        organization_id: organizationId,
        provider_id: providerId,
        claim_value: claimValue ?? '',
      })),
    )
    .execute();
}
