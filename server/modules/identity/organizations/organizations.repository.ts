import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import { ORGANIZATION_COLUMNS } from '../identity.repository.ts';
import type { IdentityTables, OrganizationRow } from '../identity.tables.ts';

// Organizations themselves. `at` is the time of the change.

const builder = (tx: Tx) => queryBuilder<IdentityTables>(tx);

export type StoredOrganization = Omit<OrganizationRow, 'role'>;

/**
 * Reads an organization and keeps all others from changing it, its members' roles and its invitations until the
 * transaction ends: who may do what in it is decided one after the other.
 */
export async function lockOrganization(tx: Tx, id: string): Promise<StoredOrganization | undefined> {
  return builder(tx)
    .selectFrom('organizations')
    .select(ORGANIZATION_COLUMNS)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export async function readOrganization(tx: Tx, id: string): Promise<StoredOrganization> {
  return builder(tx)
    .selectFrom('organizations')
    .select(ORGANIZATION_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

export type OrganizationChange = Partial<
  Pick<
    StoredOrganization,
    'name' | 'member_directory' | 'require_second_factor' | 'closed_at' | 'delete_after'
  >
>;

export async function updateOrganization(
  tx: Tx,
  id: string,
  change: OrganizationChange,
  at: string,
): Promise<StoredOrganization> {
  return builder(tx)
    .updateTable('organizations')
    .set({ ...change, version: sql`version + 1`, updated_at: at })
    .where('id', '=', id)
    .returning(ORGANIZATION_COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Organizations whose time of grace was over at `at`. */
export async function dueOrganizations(tx: Tx, at: string): Promise<string[]> {
  const rows = await builder(tx)
    .selectFrom('organizations')
    .select('id')
    .where('delete_after', '<=', at)
    .orderBy('delete_after')
    .execute();
  return rows.map(({ id }) => id);
}

/** Deletes the organization, and with it whatever rows of it are left. Only one that is due at `at`. */
export async function deleteOrganization(tx: Tx, id: string, at: string): Promise<boolean> {
  const deleted = await builder(tx)
    .deleteFrom('organizations')
    .where('id', '=', id)
    .where('delete_after', '<=', at)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** Makes what a person does at once happen one after the other, until the transaction ends. */
export async function lockPerson(tx: Tx, userId: string): Promise<void> {
  await builder(tx).selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
}

export async function hasSecondFactor(tx: Tx, userId: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('users')
    .select('second_factor_at')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row !== undefined && row.second_factor_at !== null;
}

export async function countMembers(tx: Tx, organizationId: string): Promise<number> {
  const { members } = await builder(tx)
    .selectFrom('memberships')
    .select((is) => is.fn.countAll<number>().as('members'))
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return members;
}

export async function setSessionOrganization(
  tx: Tx,
  sessionId: string,
  organizationId: string,
  at: string,
): Promise<void> {
  await builder(tx)
    .updateTable('sessions')
    .set({ organization_id: organizationId, updated_at: at })
    .where('id', '=', sessionId)
    .execute();
}
