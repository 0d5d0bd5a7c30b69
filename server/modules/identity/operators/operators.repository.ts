import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import { organizationCalled, personCalledOrAddressed } from '../identity.directory.repository.ts';
import type { AccountCounts } from '../index.ts';
import type {
  BelongingRow,
  OperatedOrganizationRow,
  OperatedUserRow,
  OperatorTables,
} from './operators.tables.ts';

// As the instance: across organizations. `at` is the time of the change.

const USER_COLUMNS = ['id', 'email', 'name', 'operator', 'disabled_at', 'created_at', 'updated_at'] as const;

const builder = (tx: Tx) => queryBuilder<OperatorTables>(tx);

/** Oldest first, from after `after`. */
export interface Listing<State extends string> {
  /** How a name, its last word or an address begins. */
  readonly text: string | undefined;
  readonly state: State | undefined;
  readonly limit: number;
  readonly after: { readonly at: string; readonly id: string } | undefined;
}

export async function listUsers(
  tx: Tx,
  { text, state, limit, after }: Listing<'disabled' | 'operator'>,
): Promise<OperatedUserRow[]> {
  let query = builder(tx).selectFrom('users').select(USER_COLUMNS);
  if (text !== undefined) query = query.where(personCalledOrAddressed(text));
  if (state === 'disabled') query = query.where('disabled_at', 'is not', null);
  if (state === 'operator') query = query.where('operator', '=', true);
  if (after)
    query = query.where(sql<boolean>`(created_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`);
  return query.orderBy('created_at').orderBy('id').limit(limit).execute();
}

/** Keeps the row from everybody else until the transaction ends. */
export async function lockUser(tx: Tx, id: string): Promise<OperatedUserRow | undefined> {
  return builder(tx)
    .selectFrom('users')
    .select(USER_COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function lockUserByEmail(tx: Tx, emailKey: string): Promise<OperatedUserRow | undefined> {
  return builder(tx)
    .selectFrom('users')
    .select(USER_COLUMNS)
    .where('email_key', '=', emailKey)
    .forUpdate()
    .executeTakeFirst();
}

export async function findUser(tx: Tx, id: string): Promise<OperatedUserRow | undefined> {
  return builder(tx).selectFrom('users').select(USER_COLUMNS).where('id', '=', id).executeTakeFirst();
}

export async function isDisabled(tx: Tx, userId: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('users')
    .select('disabled_at')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row !== undefined && row.disabled_at !== null;
}

/** At time `at`. */
export async function countAccounts(tx: Tx, at: string): Promise<AccountCounts> {
  const { rows } = await sql<AccountCounts>`select
    (select count(*) from users) as users,
    (select count(*) from users where disabled_at is not null) as "disabledUsers",
    (select count(*) from users where operator) as operators,
    (select count(*) from organizations) as organizations,
    (select count(*) from organizations where suspended_at is not null) as "suspendedOrganizations",
    (select count(*) from sessions where revoked_at is null and expires_at > ${at}::timestamptz) as "openSessions",
    (select count(*) from api_keys where revoked_at is null
      and (expires_at is null or expires_at > ${at}::timestamptz)) as "activeApiKeys"`.execute(builder(tx));
  const [counts] = rows;
  if (!counts) throw new Error('a select without a table gave no row');
  return counts;
}

/** What of a person operators decide. */
export interface UserMarks {
  readonly operator: boolean;
  readonly disabledAt: string | null;
}

export async function markUser(tx: Tx, id: string, marks: UserMarks, at: string): Promise<void> {
  await builder(tx)
    .updateTable('users')
    .set({ operator: marks.operator, disabled_at: marks.disabledAt, updated_at: at })
    .where('id', '=', id)
    .execute();
}

export async function deleteUser(tx: Tx, id: string): Promise<void> {
  await builder(tx).deleteFrom('users').where('id', '=', id).execute();
}

export async function belongingsOf(tx: Tx, userId: string): Promise<BelongingRow[]> {
  return builder(tx)
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select(['organizations.id', 'organizations.name', 'memberships.role'])
    .where('memberships.user_id', '=', userId)
    .orderBy('memberships.created_at')
    .orderBy('organizations.id')
    .execute();
}

const organizations = (tx: Tx) =>
  builder(tx)
    .selectFrom('organizations')
    .select(['id', 'name', 'suspended_at', 'suspended_reason', 'created_at', 'updated_at'])
    .select(
      sql<number>`(select count(*) from memberships m where m.organization_id = organizations.id)`.as(
        'members',
      ),
    );

export async function listOrganizations(
  tx: Tx,
  { text, state, limit, after }: Listing<'suspended'>,
): Promise<OperatedOrganizationRow[]> {
  let query = organizations(tx);
  if (text !== undefined) query = query.where(organizationCalled(text));
  if (state === 'suspended') query = query.where('suspended_at', 'is not', null);
  if (after)
    query = query.where(sql<boolean>`(created_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`);
  return query.orderBy('created_at').orderBy('id').limit(limit).execute();
}

export async function findOrganization(tx: Tx, id: string): Promise<OperatedOrganizationRow | undefined> {
  return organizations(tx).where('id', '=', id).executeTakeFirst();
}

/** Sets or, with null, lifts the suspension. */
export async function suspendOrganization(
  tx: Tx,
  id: string,
  suspension: { readonly reason: string } | null,
  at: string,
): Promise<void> {
  await builder(tx)
    .updateTable('organizations')
    .set({
      suspended_at: suspension ? at : null,
      suspended_reason: suspension?.reason ?? null,
      updated_at: at,
    })
    .where('id', '=', id)
    .execute();
}
