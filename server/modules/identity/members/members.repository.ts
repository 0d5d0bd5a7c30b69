import { sql } from 'kysely';
import type { Role } from '../../../kernel/actor.ts';
import type { Keyset } from '../../../kernel/page.ts';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import { personCalled, personCalledOrAddressed } from '../identity.directory.repository.ts';
import type { IdentityTables } from '../identity.tables.ts';

// Who belongs to an organization. `at` is the time of the change.

const builder = (tx: Tx) => queryBuilder<IdentityTables>(tx);

export type MemberRow = Pick<IdentityTables['users'], 'name' | 'email'> &
  Pick<IdentityTables['memberships'], 'user_id' | 'role' | 'created_at' | 'updated_at'>;

function members(tx: Tx, organizationId: string) {
  return builder(tx)
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select([
      'memberships.user_id',
      'memberships.role',
      'memberships.created_at',
      'memberships.updated_at',
      'users.name',
      'users.email',
    ])
    .where('memberships.organization_id', '=', organizationId);
}

export interface MemberListing {
  /** How a name or its last word begins. */
  readonly text: string | undefined;
  /** Whether `text` may be the beginning of an address too. */
  readonly byAddress: boolean;
  readonly limit: number;
  readonly after: Keyset | undefined;
}

/** Whoever has belonged to it longest first. */
export async function listMembers(
  tx: Tx,
  organizationId: string,
  { text, byAddress, limit, after }: MemberListing,
): Promise<MemberRow[]> {
  let select = members(tx, organizationId);
  if (text !== undefined)
    select = select.where(byAddress ? personCalledOrAddressed(text) : personCalled(text));
  if (after)
    select = select.where(
      sql<boolean>`(memberships.created_at, memberships.user_id) > (${after.at}::timestamptz, ${after.id}::uuid)`,
    );
  return select.orderBy('memberships.created_at').orderBy('memberships.user_id').limit(limit).execute();
}

export async function findMember(
  tx: Tx,
  organizationId: string,
  userId: string,
): Promise<MemberRow | undefined> {
  return members(tx, organizationId).where('memberships.user_id', '=', userId).executeTakeFirst();
}

/** Somebody's membership with this address, for whoever may know who the members are. */
export async function isMemberAddress(tx: Tx, organizationId: string, emailKey: string): Promise<boolean> {
  const row = await members(tx, organizationId).where('users.email_key', '=', emailKey).executeTakeFirst();
  return row !== undefined;
}

export async function setRole(
  tx: Tx,
  membership: { organizationId: string; userId: string; role: Role; at: string },
): Promise<void> {
  await builder(tx)
    .updateTable('memberships')
    .set({ role: membership.role, updated_at: membership.at })
    .where('organization_id', '=', membership.organizationId)
    .where('user_id', '=', membership.userId)
    .execute();
}

export async function deleteMember(tx: Tx, organizationId: string, userId: string): Promise<void> {
  await builder(tx)
    .deleteFrom('memberships')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .execute();
}

/**
 * Whether somebody else than this person is an admin. Locks all admins, always in this order, so that nobody who asks the
 * same meanwhile hears of one who is about to go.
 */
export async function hasOtherAdmin(tx: Tx, organizationId: string, userId: string): Promise<boolean> {
  const admins = await builder(tx)
    .selectFrom('memberships')
    .select('user_id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .orderBy('user_id')
    .forUpdate()
    .execute();
  return admins.some((admin) => admin.user_id !== userId);
}

/** The organizations in which a person is an admin and that are not closed, in an order that is the same for everybody. */
export async function administeredBy(tx: Tx, userId: string): Promise<string[]> {
  const rows = await builder(tx)
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select('organizations.id')
    .where('memberships.user_id', '=', userId)
    .where('memberships.role', '=', 'admin')
    .where('organizations.closed_at', 'is', null)
    .orderBy('organizations.id')
    .execute();
  return rows.map(({ id }) => id);
}

/** All organizations in which a person is an admin. */
export async function membershipsAsAdmin(tx: Tx, userId: string): Promise<string[]> {
  const rows = await builder(tx)
    .selectFrom('memberships')
    .select('organization_id')
    .where('user_id', '=', userId)
    .where('role', '=', 'admin')
    .execute();
  return rows.map(({ organization_id }) => organization_id);
}

/** Whether the organization shows its members to others than its admins. */
export async function isDirectoryOpen(tx: Tx, organizationId: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('organizations')
    .select('id')
    .where('id', '=', organizationId)
    .where('member_directory', '=', 'members')
    .executeTakeFirst();
  return row !== undefined;
}
