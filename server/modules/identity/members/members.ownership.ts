import type { Tx } from '../../../platform/db/index.ts';
import { revokeInvitationsBy } from '../invitations/invitations.repository.ts';
import { lockOrganization } from '../organizations/organizations.repository.ts';
import { lastAdmin } from './members.errors.ts';
import { administeredBy, hasOtherAdmin, membershipsAsAdmin } from './members.repository.ts';

/**
 * Makes sure that an organization keeps an admin when this person stops being one, and that it stays so until the
 * transaction ends: of two admins who demote each other at once, the second one hears no. To be asked before the change.
 * Throws `identity.last_admin`.
 */
export async function requireOtherAdmin(tx: Tx, organizationId: string, userId: string): Promise<void> {
  await lockOrganization(tx, organizationId);
  if (!(await hasOtherAdmin(tx, organizationId, userId))) throw lastAdmin();
}

/**
 * The same for all organizations of a person whose account is about to be deleted; those that are closed wait for their
 * own deletion and hold nobody. As the instance. Throws `identity.last_admin`.
 */
export async function requireOtherAdmins(tx: Tx, userId: string): Promise<void> {
  for (const organizationId of await administeredBy(tx, userId))
    await requireOtherAdmin(tx, organizationId, userId);
}

/**
 * Whoever is no admin any more has invited nobody: by an open invitation they could come back as one. The one path for every way
 * in which that ends: another role, removal, leaving, a provider's claims, an account that is disabled or deleted.
 * `organizationIds`: where; everywhere, if not given, and then before the memberships go. `at`: RFC 3339.
 */
export async function endAdministration(
  tx: Tx,
  userId: string,
  at: string,
  organizationIds?: readonly string[],
): Promise<void> {
  await revokeInvitationsBy(tx, userId, organizationIds ?? (await membershipsAsAdmin(tx, userId)), at);
}
