import { sql } from 'kysely';
import type { Role } from '../../../kernel/actor.ts';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';
import type { FederationTables, IdentityRow } from './federation.tables.ts';

// Who people are elsewhere, and what providers gave them here. `at` is the time of the change.

const builder = (tx: Tx) => queryBuilder<FederationTables & IdentityTables>(tx);

/** Lets nobody else admit the same subject until the transaction ends; before its first sign-in there is no row to lock. */
export async function lockSubject(tx: Tx, issuer: string, subject: string): Promise<void> {
  const name = JSON.stringify(['federation', issuer, subject]);
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(builder(tx));
}

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

export async function findSubject(tx: Tx, providerId: string, subject: string) {
  return builder(tx)
    .selectFrom('federated_subjects')
    .select(['event_at', 'deleted_at'])
    .where('provider_id', '=', providerId)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

export async function saveSubject(tx: Tx, row: FederationTables['federated_subjects']): Promise<void> {
  await builder(tx)
    .insertInto('federated_subjects')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['provider_id', 'subject'])
        .doUpdateSet({ event_at: row.event_at, deleted_at: row.deleted_at }),
    )
    .execute();
}

/** False where the message has been seen before. Of the same message many times at once one is new. */
export async function insertMessage(
  tx: Tx,
  providerId: string,
  messageId: string,
  at: string,
): Promise<boolean> {
  const result = await builder(tx)
    .insertInto('federation_messages')
    .values({ provider_id: providerId, message_id: messageId, received_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function deleteMessagesBefore(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('federation_messages').where('received_at', '<', before).execute();
}

export async function insertFederatedSession(
  tx: Tx,
  row: FederationTables['federated_sessions'],
): Promise<void> {
  await builder(tx).insertInto('federated_sessions').values(row).execute();
}

/** The provider that opened a session and its part in it; undefined where we opened it ourselves. */
export async function findFederatedSession(tx: Tx, sessionId: string) {
  return builder(tx)
    .selectFrom('federated_sessions')
    .selectAll()
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
}

/** Sessions of a provider that go on: all, or those of one identity or of one session at the provider. */
export interface FederatedSessions {
  readonly providerId: string;
  readonly identityId?: string;
  readonly providerSession?: string;
  /** One that stays. */
  readonly except?: string | undefined;
}

/** Ends them and says which they were. */
export async function revokeFederatedSessions(
  tx: Tx,
  which: FederatedSessions,
  at: string,
): Promise<{ readonly id: string; readonly user_id: string }[]> {
  let opened = builder(tx)
    .selectFrom('federated_sessions')
    .select('session_id')
    .where('provider_id', '=', which.providerId);
  if (which.identityId !== undefined) opened = opened.where('identity_id', '=', which.identityId);
  if (which.providerSession !== undefined)
    opened = opened.where('provider_session', '=', which.providerSession);
  if (which.except !== undefined) opened = opened.where('session_id', '!=', which.except);
  return builder(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('id', 'in', opened)
    .where('revoked_at', 'is', null)
    .returning(['id', 'user_id'])
    .execute();
}

/** Whether the session of this person goes on at time `at`. */
export async function sessionGoesOn(tx: Tx, sessionId: string, userId: string, at: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
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

/** Keeps everybody else from changing how the person signs in, until the transaction ends. */
export async function lockUser(tx: Tx, userId: string): Promise<void> {
  await builder(tx).selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute();
}
