import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';

/** The one column of organizations that is this room's. */
interface SsoTables {
  organizations: { id: string; sso_only: boolean };
}

const builder = (tx: Tx) => queryBuilder<SsoTables>(tx);

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

/** By what a person comes: an identity provider (null: none), or whichever opened a session. */
export type Way = { readonly providerId: string | null } | { readonly sessionId: string };

/**
 * Those of the organizations that are open this way: not the ones that are reached only through other identity providers;
 * and where a provider leads to some organizations, only these. Whoever runs it could otherwise enter, as one of their
 * people, the other organizations of the same people. A provider that leads nowhere vouches for people everywhere.
 */
export async function withoutBarred<Organization extends { readonly id: string }>(
  tx: Tx,
  organizations: readonly Organization[],
  way: Way,
): Promise<readonly Organization[]> {
  if (organizations.length === 0) return organizations;
  const provider = providerOf(way);
  const ids = organizations.map(({ id }) => id);
  const { rows } = await sql<{ readonly id: string }>`
    select o.id from organizations o where o.id = any(${ids}::uuid[])
      and (o.sso_only or exists (select from identity_provider_organizations d where d.provider_id = ${provider}))
      and not exists (
        select from identity_provider_organizations d where d.organization_id = o.id and d.provider_id = ${provider})
  `.execute(builder(tx));
  const barred = new Set(rows.map(({ id }) => id));
  return organizations.filter(({ id }) => !barred.has(id));
}

/**
 * The organizations of a person to which the provider that they came by does not lead, though it leads to others. Where there
 * are any, it is not taken for the person in what concerns the account itself: by a new password it would reach them too.
 */
export async function outOfReach(tx: Tx, userId: string, way: Way): Promise<readonly string[]> {
  const provider = providerOf(way);
  const { rows } = await sql<{ readonly id: string }>`
    select m.organization_id as id from memberships m where m.user_id = ${userId}::uuid
      and exists (select from identity_provider_organizations d where d.provider_id = ${provider})
      and not exists (select from identity_provider_organizations d
        where d.organization_id = m.organization_id and d.provider_id = ${provider})
  `.execute(builder(tx));
  return rows.map(({ id }) => id);
}

function providerOf(way: Way) {
  return 'providerId' in way
    ? sql`${way.providerId}::uuid`
    : sql`(select provider_id from federated_sessions where session_id = ${way.sessionId}::uuid)`;
}
