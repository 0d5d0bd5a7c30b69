import { sql } from 'kysely';
import type { Role } from '../../../kernel/actor.ts';
import type { Keyset } from '../../../kernel/page.ts';
import { isUniqueViolation, queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';
import type { InvitationRow, InvitationTables } from './invitations.tables.ts';

// Invitations. `at` is the time of the change. One is open until it is accepted or revoked, also after it has expired.

const COLUMNS = [
  'invitations.organization_id',
  'invitations.id',
  'invitations.email',
  'invitations.email_key',
  'invitations.role',
  'invitations.message',
  'invitations.link_id',
  'invitations.invited_by',
  'invitations.sent_at',
  'invitations.expires_at',
  'invitations.accepted_at',
  'invitations.accepted_by',
  'invitations.revoked_at',
  'invitations.created_at',
  'invitations.updated_at',
] as const;

const builder = (tx: Tx) => queryBuilder<InvitationTables & IdentityTables>(tx);

export interface NewInvitation {
  readonly organizationId: string;
  readonly id: string;
  readonly email: string | null;
  readonly emailKey: string | null;
  readonly role: Role;
  readonly message: string;
  readonly tokenHash: Uint8Array;
  readonly linkId: string | null;
  readonly invitedBy: string;
  readonly at: string;
  readonly expiresAt: string;
}

/** Fails with a unique violation (`isAlreadyInvited`) where one for the same address is open. */
export async function insertInvitation(tx: Tx, invitation: NewInvitation): Promise<InvitationRow> {
  return builder(tx)
    .insertInto('invitations')
    .values({
      organization_id: invitation.organizationId,
      id: invitation.id,
      email: invitation.email,
      email_key: invitation.emailKey,
      role: invitation.role,
      message: invitation.message,
      token_hash: invitation.tokenHash,
      link_id: invitation.linkId,
      invited_by: invitation.invitedBy,
      sent_at: invitation.at,
      expires_at: invitation.expiresAt,
      created_at: invitation.at,
      updated_at: invitation.at,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

export function isAlreadyInvited(error: unknown): boolean {
  return isUniqueViolation(error, 'invitations_open');
}

/** Newest first. */
export async function listInvitations(
  tx: Tx,
  organizationId: string,
  limit: number,
  after: Keyset | undefined,
): Promise<InvitationRow[]> {
  let select = builder(tx)
    .selectFrom('invitations')
    .select(COLUMNS)
    .where('organization_id', '=', organizationId);
  if (after)
    select = select.where(sql<boolean>`(created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  return select.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

/** Reads an invitation and keeps it from everybody else until the transaction ends. */
export async function lockInvitation(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<InvitationRow | undefined> {
  return builder(tx)
    .selectFrom('invitations')
    .select(COLUMNS)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export type ValidInvitation = InvitationRow & { readonly organization_name: string };

/**
 * The invitation that a token is for, locked, where it may be accepted at `at`: it is open and has not expired, the link
 * that it came by has not been used meanwhile, whoever invites is still an admin, and the organization lets people in.
 */
export async function lockValidInvitation(
  tx: Tx,
  tokenHash: Uint8Array,
  at: string,
): Promise<ValidInvitation | undefined> {
  return builder(tx)
    .selectFrom('invitations')
    .innerJoin('organizations', 'organizations.id', 'invitations.organization_id')
    .innerJoin('memberships', (on) =>
      on
        .onRef('memberships.organization_id', '=', 'invitations.organization_id')
        .onRef('memberships.user_id', '=', 'invitations.invited_by')
        .on('memberships.role', '=', 'admin'),
    )
    .select([...COLUMNS, 'organizations.name as organization_name'])
    .where('invitations.token_hash', '=', tokenHash)
    .where('invitations.accepted_at', 'is', null)
    .where('invitations.revoked_at', 'is', null)
    .where('invitations.expires_at', '>', at)
    .where('organizations.closed_at', 'is', null)
    .where(sql<boolean>`organizations.suspended_at is null`)
    .where(
      sql<boolean>`(invitations.link_id is null or exists (select from invitations link
        where link.organization_id = invitations.organization_id and link.id = invitations.link_id
          and link.accepted_at is null and link.revoked_at is null))`,
    )
    .forUpdate('invitations')
    .executeTakeFirst();
}

/** The open invitation for an address, locked. */
export async function lockOpenInvitation(
  tx: Tx,
  organizationId: string,
  emailKey: string,
): Promise<InvitationRow | undefined> {
  return builder(tx)
    .selectFrom('invitations')
    .select(COLUMNS)
    .where('organization_id', '=', organizationId)
    .where('email_key', '=', emailKey)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}

/** Gives it a new token; the one before leads nowhere from now on. */
export async function renewToken(
  tx: Tx,
  { organization_id, id }: InvitationRow,
  renewal: { tokenHash: Uint8Array; at: string; expiresAt: string },
): Promise<InvitationRow> {
  const { tokenHash, at, expiresAt } = renewal;
  return builder(tx)
    .updateTable('invitations')
    .set({ token_hash: tokenHash, sent_at: at, expires_at: expiresAt, updated_at: at })
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Uses an open invitation up; false where somebody else did. */
export async function markAccepted(
  tx: Tx,
  organizationId: string,
  id: string,
  userId: string,
  at: string,
): Promise<boolean> {
  const accepted = await builder(tx)
    .updateTable('invitations')
    .set({ accepted_at: at, accepted_by: userId, updated_at: at })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return accepted.numUpdatedRows > 0n;
}

export async function markRevoked(tx: Tx, { organization_id, id }: InvitationRow, at: string): Promise<void> {
  await builder(tx)
    .updateTable('invitations')
    .set({ revoked_at: at, updated_at: at })
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .execute();
}

/** Revokes what a person has invited to in these organizations and is still open. */
export async function revokeInvitationsBy(
  tx: Tx,
  userId: string,
  organizationIds: readonly string[],
  at: string,
): Promise<void> {
  if (organizationIds.length === 0) return;
  await builder(tx)
    .updateTable('invitations')
    .set({ revoked_at: at, updated_at: at })
    .where('organization_id', 'in', [...organizationIds])
    .where('invited_by', '=', userId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Invitations of an organization that were sent after `since`. */
export async function countSent(tx: Tx, organizationId: string, since: string): Promise<number> {
  const { sent } = await builder(tx)
    .selectFrom('invitations')
    .select((is) => is.fn.countAll<number>().as('sent'))
    .where('organization_id', '=', organizationId)
    .where('sent_at', '>', since)
    .executeTakeFirstOrThrow();
  return sent;
}

/** Addresses that were given for one link. */
export async function countByLink(tx: Tx, organizationId: string, linkId: string): Promise<number> {
  const { addresses } = await builder(tx)
    .selectFrom('invitations')
    .select((is) => is.fn.countAll<number>().as('addresses'))
    .where('organization_id', '=', organizationId)
    .where('link_id', '=', linkId)
    .executeTakeFirstOrThrow();
  return addresses;
}

/** Removes invitations that expired before `before`, however they ended. As the instance. */
export async function deleteExpiredInvitations(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('invitations').where('expires_at', '<', before).execute();
}

export async function isMember(tx: Tx, organizationId: string, userId: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('memberships')
    .select('user_id')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whoever got the token by mail reads what is sent to the address. */
export async function confirmAddress(tx: Tx, userId: string, at: string): Promise<void> {
  await builder(tx)
    .updateTable('users')
    .set({ email_verified_at: at, updated_at: at })
    .where('id', '=', userId)
    .where('email_verified_at', 'is', null)
    .execute();
}
