import { sql } from 'kysely';
import type { Role } from '../../kernel/actor.ts';
import { isUniqueViolation, queryBuilder, type Tx } from '../../platform/db/index.ts';
import type { AccountRow, IdentityTables, OrganizationRow, UserRow } from './identity.tables.ts';

// People, organizations, and who belongs where. `at` is the time of the change.

const USER_COLUMNS = [
  'users.id',
  'users.email',
  'users.name',
  'users.email_verified_at',
  'users.created_at',
  'users.updated_at',
] as const;

const ACCOUNT_COLUMNS = [
  ...USER_COLUMNS,
  'users.email_key',
  'users.password_hash',
  'users.second_factor_at',
] as const;

export const ORGANIZATION_COLUMNS = [
  'organizations.id',
  'organizations.name',
  'organizations.version',
  'organizations.member_directory',
  'organizations.require_second_factor',
  'organizations.closed_at',
  'organizations.delete_after',
  'organizations.created_at',
  'organizations.updated_at',
] as const;

/** Any number; it only has to be the same everywhere. */
const BOOTSTRAP_LOCK = 5_190_001;

const builder = (tx: Tx) => queryBuilder<IdentityTables>(tx);

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly emailKey: string;
  readonly name: string;
  readonly passwordHash: string | null;
  /** The address is known to be theirs. */
  readonly emailVerified?: boolean;
  readonly at: string;
}

/** Fails with a unique violation (`isEmailTaken`) where the address is in use. */
export async function insertUser(tx: Tx, user: NewUser): Promise<UserRow> {
  return builder(tx)
    .insertInto('users')
    .values({
      id: user.id,
      email: user.email,
      email_key: user.emailKey,
      name: user.name,
      password_hash: user.passwordHash,
      email_verified_at: user.emailVerified ? user.at : null,
      created_at: user.at,
      updated_at: user.at,
    })
    .returning(USER_COLUMNS)
    .executeTakeFirstOrThrow();
}

export function isEmailTaken(error: unknown): boolean {
  return isUniqueViolation(error, 'users_email_key');
}

export async function insertOrganization(
  tx: Tx,
  organization: { id: string; name: string; at: string },
): Promise<void> {
  const { id, name, at } = organization;
  await builder(tx)
    .insertInto('organizations')
    .values({ id, name, created_at: at, updated_at: at })
    .execute();
}

export async function insertMembership(
  tx: Tx,
  membership: { organizationId: string; userId: string; role: Role; at: string },
): Promise<void> {
  const { organizationId, userId, role, at } = membership;
  await builder(tx)
    .insertInto('memberships')
    .values({ organization_id: organizationId, user_id: userId, role, created_at: at, updated_at: at })
    .execute();
}

export async function findAccountByEmail(tx: Tx, emailKey: string): Promise<AccountRow | undefined> {
  return builder(tx)
    .selectFrom('users')
    .select(ACCOUNT_COLUMNS)
    .where('email_key', '=', emailKey)
    .executeTakeFirst();
}

export async function findAccount(tx: Tx, id: string): Promise<AccountRow | undefined> {
  return builder(tx).selectFrom('users').select(ACCOUNT_COLUMNS).where('id', '=', id).executeTakeFirst();
}

export async function findUser(tx: Tx, id: string): Promise<UserRow | undefined> {
  return builder(tx).selectFrom('users').select(USER_COLUMNS).where('id', '=', id).executeTakeFirst();
}

/**
 * The organizations of one person that they may enter, also to restore them: those that are open before those that are
 * closed, then the one that they have belonged to longest first.
 */
export async function organizationsOf(tx: Tx, userId: string): Promise<OrganizationRow[]> {
  return builder(tx)
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select([...ORGANIZATION_COLUMNS, 'memberships.role'])
    .where('memberships.user_id', '=', userId)
    .where((is) => is.or([is('organizations.closed_at', 'is', null), is('memberships.role', '=', 'admin')]))
    .orderBy(sql`organizations.closed_at is not null`)
    .orderBy('memberships.created_at')
    .orderBy('organizations.id')
    .execute();
}

export async function organizationExists(tx: Tx, id: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('organizations')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

/** Waits until no other process is between asking whether there is any organization and making the first. */
export async function lockBootstrap(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${BOOTSTRAP_LOCK})`.execute(builder(tx));
}

export async function anyOrganization(tx: Tx): Promise<boolean> {
  const row = await builder(tx).selectFrom('organizations').select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

export async function updatePassword(
  tx: Tx,
  userId: string,
  passwordHash: string,
  at: string,
): Promise<void> {
  await builder(tx)
    .updateTable('users')
    .set({ password_hash: passwordHash, updated_at: at })
    .where('id', '=', userId)
    .execute();
}

/** At most `limit` users by creation, from after `after`. */
export async function listUsers(
  tx: Tx,
  limit: number,
  after: { at: string; id: string } | undefined,
): Promise<UserRow[]> {
  let query = builder(tx)
    .selectFrom('users')
    .select(USER_COLUMNS)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit);
  if (after)
    query = query.where(sql<boolean>`(created_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`);
  return query.execute();
}
