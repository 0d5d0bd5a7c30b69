import type { Role } from '../../../kernel/actor.ts';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';
import type { FederationTables } from './federation.tables.ts';

// Memberships, and which of them a provider gave. `at` is the time of the change.

const builder = (tx: Tx) => queryBuilder<FederationTables & IdentityTables>(tx);

export async function membershipsOf(
  tx: Tx,
  userId: string,
): Promise<{ readonly organization_id: string; readonly role: Role }[]> {
  return builder(tx)
    .selectFrom('memberships')
    .select(['organization_id', 'role'])
    .where('user_id', '=', userId)
    .execute();
}

/** The organizations in which the provider gave the person a membership, whether they still have it or not. */
export async function provisionedBy(tx: Tx, providerId: string, userId: string): Promise<string[]> {
  const rows = await builder(tx)
    .selectFrom('provisioned_memberships')
    .select('organization_id')
    .where('user_id', '=', userId)
    .where('provider_id', '=', providerId)
    .execute();
  return rows.map(({ organization_id }) => organization_id);
}

export async function insertProvisioned(
  tx: Tx,
  row: { organizationId: string; userId: string; providerId: string; at: string },
): Promise<void> {
  await builder(tx)
    .insertInto('provisioned_memberships')
    .values({
      organization_id: row.organizationId,
      user_id: row.userId,
      provider_id: row.providerId,
      created_at: row.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteProvisioned(
  tx: Tx,
  row: { organizationId: string; userId: string; providerId: string },
): Promise<void> {
  await builder(tx)
    .deleteFrom('provisioned_memberships')
    .where('organization_id', '=', row.organizationId)
    .where('user_id', '=', row.userId)
    .where('provider_id', '=', row.providerId)
    .execute();
}

/** Whether the organization has no other admin. Locks its admins, so that two cannot go at once. */
export async function isLastAdmin(tx: Tx, organizationId: string, userId: string): Promise<boolean> {
  const admins = await builder(tx)
    .selectFrom('memberships')
    .select('user_id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .orderBy('user_id')
    .forUpdate()
    .execute();
  return admins.length === 1 && admins[0]?.user_id === userId;
}

export async function updateRole(
  tx: Tx,
  organizationId: string,
  userId: string,
  role: Role,
  at: string,
): Promise<void> {
  await builder(tx)
    .updateTable('memberships')
    .set({ role, updated_at: at })
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .execute();
}

export async function removeMembership(tx: Tx, organizationId: string, userId: string): Promise<void> {
  await builder(tx)
    .deleteFrom('memberships')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .execute();
}
