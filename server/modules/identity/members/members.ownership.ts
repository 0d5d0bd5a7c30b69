import type { Tx } from '../../../platform/db/index.ts';
import { lockOrganization } from '../organizations/organizations.repository.ts';
import { lastAdmin } from './members.errors.ts';
import { administeredBy, hasOtherAdmin } from './members.repository.ts';

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
