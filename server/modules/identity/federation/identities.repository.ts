import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';
import type { FederationTables, IdentityRow } from './federation.tables.ts';

// Who people are elsewhere, and what that changes of their accounts. `at` is the time of the change.

/** A column of users that is another room's. */
interface OperatorTables {
  users: { operator: boolean };
}

const builder = (tx: Tx) => queryBuilder<FederationTables & IdentityTables & OperatorTables>(tx);

export async function findIdentity(
  tx: Tx,
  issuer: string,
  subject: string,
): Promise<IdentityRow | undefined> {
  return builder(tx)
    .selectFrom('federated_identities')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

export async function insertIdentity(tx: Tx, identity: IdentityRow): Promise<void> {
  await builder(tx).insertInto('federated_identities').values(identity).execute();
}

export async function updateIdentityEmail(
  tx: Tx,
  id: string,
  email: string | null,
  at: string,
): Promise<void> {
  await builder(tx)
    .updateTable('federated_identities')
    .set({ email, updated_at: at })
    .where('id', '=', id)
    .execute();
}

export async function deleteIdentity(tx: Tx, id: string): Promise<void> {
  await builder(tx).deleteFrom('federated_identities').where('id', '=', id).execute();
}

/** Also ends the sessions' tie to their providers; says how many there were. */
export async function deleteIdentitiesOf(tx: Tx, userId: string): Promise<number> {
  const deleted = await builder(tx)
    .deleteFrom('federated_identities')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** A person's identities with their providers, oldest first. */
export async function listIdentities(tx: Tx, userId: string) {
  return builder(tx)
    .selectFrom('federated_identities as i')
    .innerJoin('identity_providers as p', 'p.id', 'i.provider_id')
    .select(['i.id', 'i.provider_id', 'i.email', 'i.created_at', 'p.slug', 'p.label', 'p.enabled'])
    .where('i.user_id', '=', userId)
    .orderBy('i.created_at')
    .orderBy('i.id')
    .execute();
}

/** Whether the person has a password. */
export async function hasPassword(tx: Tx, userId: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where('password_hash', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** The person has shown that the address is theirs, if it is still the account's. */
export async function markEmailVerified(tx: Tx, userId: string, emailKey: string, at: string): Promise<void> {
  await builder(tx)
    .updateTable('users')
    .set({ email_verified_at: at })
    .where('id', '=', userId)
    .where('email_key', '=', emailKey)
    .where('email_verified_at', 'is', null)
    .execute();
}

/** Keeps everybody else from changing how the person signs in, until the transaction ends. */
export async function lockUser(tx: Tx, userId: string): Promise<void> {
  await builder(tx).selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute();
}

/** The address is one that its owner has verified elsewhere. */
export async function updateProfile(
  tx: Tx,
  userId: string,
  profile: { name: string; email: string; emailKey: string; at: string },
): Promise<void> {
  const { name, email, emailKey, at } = profile;
  await builder(tx)
    .updateTable('users')
    .set({ name, email, email_key: emailKey, updated_at: at })
    .where('id', '=', userId)
    .execute();
}

/** Whether the person is marked as operator of the instance. */
export async function isOperator(tx: Tx, userId: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('users')
    .select('operator')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row?.operator === true;
}
