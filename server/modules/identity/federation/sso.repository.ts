import { type RawBuilder, sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';
import type { FederationTables } from './federation.tables.ts';

/** The one column of organizations that is this room's. */
interface SsoTables {
  organizations: { id: string; sso_only: boolean };
}

const builder = (tx: Tx) => queryBuilder<SsoTables & FederationTables & Pick<IdentityTables, 'sessions'>>(tx);

/** Whether the organization is reached through its providers only; undefined where there is none. */
export async function readSsoOnly(
  tx: Tx,
  organizationId: string,
  { lock }: { readonly lock: boolean },
): Promise<boolean | undefined> {
  const query = builder(tx).selectFrom('organizations').select('sso_only').where('id', '=', organizationId);
  return (await (lock ? query.forUpdate() : query).executeTakeFirst())?.sso_only;
}

export async function setSsoOnly(tx: Tx, organizationId: string, ssoOnly: boolean): Promise<void> {
  await builder(tx)
    .updateTable('organizations')
    .set({ sso_only: ssoOnly })
    .where('id', '=', organizationId)
    .execute();
}

/** By what a person comes, and what that opens. */
export interface Way {
  /** The identity provider; null: none, they signed in here. */
  readonly providerId: string | null;
  /** Those that the provider's word opened. They stay open as long as it leads there. */
  readonly organizationIds: readonly string[];
  /** Whatever they belong to, save what is reached through its own providers only. */
  readonly everything: boolean;
}

/** By a password, a link, or as whoever they registered. */
export const OWN_WAY: Way = { providerId: null, organizationIds: [], everything: true };

/** What a word of a provider opens. */
export function wayBy(
  provider: Pick<FederationTables['identity_providers'], 'id' | 'opens_everything'>,
  organizationIds: readonly string[],
): Way {
  return { providerId: provider.id, organizationIds, everything: provider.opens_everything };
}

/**
 * What a session opens. One that came through an identity provider opens what that sign-in opened, whatever another sign-in or
 * another provider opens; and nothing where it is not known any more who opened it.
 */
export async function wayOf(tx: Tx, sessionId: string): Promise<Way> {
  const row = await builder(tx)
    .selectFrom('sessions as s')
    .leftJoin('federated_sessions as v', 'v.session_id', 's.id')
    .leftJoin('identity_providers as p', 'p.id', 'v.provider_id')
    .select(['s.method', 'v.provider_id', 'v.organization_ids', 'v.everything', 'p.opens_everything'])
    .where('s.id', '=', sessionId)
    .executeTakeFirst();
  if (row && row.method !== 'sso') return OWN_WAY;
  return {
    providerId: row?.provider_id ?? null,
    organizationIds: row?.organization_ids ?? [],
    everything: row?.everything === true && row.opens_everything === true,
  };
}

/**
 * Those of the organizations that are open this way: not the ones that are reached only through other identity providers, and by
 * a provider that does not open everything only those that it opened. Whoever runs it could otherwise enter, as one of their
 * people, the other organizations of the same people.
 */
export async function withoutBarred<Organization extends { readonly id: string }>(
  tx: Tx,
  organizations: readonly Organization[],
  way: Way,
): Promise<readonly Organization[]> {
  if (organizations.length === 0) return organizations;
  const ids = organizations.map(({ id }) => id);
  const { rows } = await sql<{ readonly id: string }>`
    select o.id from organizations o where o.id = any(${ids}::uuid[])
      and (${way.everything} and not o.sso_only or ${leads(way, sql.ref('o.id'))})
  `.execute(builder(tx));
  const open = new Set(rows.map(({ id }) => id));
  return organizations.filter(({ id }) => open.has(id));
}

/**
 * The organizations of a person that are not open by the provider that they came by. Where there are any, it is
 * not taken for the person in what concerns the account itself: by a new password it would reach them too.
 */
export async function outOfReach(tx: Tx, userId: string, way: Way): Promise<readonly string[]> {
  if (way.everything) return [];
  const { rows } = await sql<{ readonly id: string }>`
    select m.organization_id as id from memberships m
    where m.user_id = ${userId}::uuid and not ${leads(way, sql.ref('m.organization_id'))}
  `.execute(builder(tx));
  return rows.map(({ id }) => id);
}

/** Whether the way's provider opened the organization and still leads there. */
function leads({ providerId, organizationIds }: Way, organization: RawBuilder<unknown>) {
  return sql`(${organization} = any(${[...organizationIds]}::uuid[]) and exists (
    select from identity_provider_organizations d
    where d.organization_id = ${organization} and d.provider_id = ${providerId}::uuid))`;
}
