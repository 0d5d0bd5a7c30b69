import type { Actor } from '../../kernel/actor.ts';
import type { Tx } from '../../platform/db/index.ts';
import { outOfReach, type Way, wayOf } from './federation/sso.repository.ts';
import { organizationsOf } from './identity.repository.ts';
import type { OrganizationRow } from './identity.tables.ts';
import { ownSignInRequired } from './passwords/passwords.errors.ts';

// What of an account is for somebody who came through an identity provider that does not open everything. Which call is held to
// what stands in the table of permissions (`confined`). `tx` is the instance's in all of these.

/**
 * The organizations of the person to which the way that they came does not lead; none where they signed in here. A bearer token of a
 * provider opens no more than the organization that it is asked for.
 */
export async function organizationsElsewhere(
  tx: Tx,
  { credentialId: sessionId, organizationId, confined }: Actor,
  userId: string,
): Promise<readonly string[]> {
  if (!confined) return [];
  if (sessionId !== undefined) return outOfReach(tx, userId, await wayOf(tx, sessionId));
  const all = await organizationsOf(tx, userId);
  return all.map(({ id }) => id).filter((id) => id !== organizationId);
}

/** Those that the caller may know of: an identity provider does not learn to which others its people belong. */
export async function shownOrganizations(tx: Tx, actor: Actor, userId: string): Promise<OrganizationRow[]> {
  const organizations = await organizationsOf(tx, userId);
  if (actor.kind === 'apiKey') return organizations.filter(({ id }) => id === actor.organizationId);
  const hidden = new Set(await organizationsElsewhere(tx, actor, userId));
  return organizations.filter(({ id }) => !hidden.has(id));
}

/**
 * The way by which the sessions came that the caller may know of and end, where it is not for all: those that the same provider opened,
 * for no other organizations than this one opens.
 */
export async function shownSessions(tx: Tx, actor: Actor, userId: string): Promise<Way | undefined> {
  const { credentialId: sessionId, confined } = actor;
  if (!confined) return undefined;
  if (sessionId === undefined) return { providerId: null, organizationIds: [], everything: false };
  const way = await wayOf(tx, sessionId);
  return (await outOfReach(tx, userId, way)).length > 0 ? way : undefined;
}

/** For what would be felt in other organizations too. Throws `identity.own_sign_in_required`. */
export async function requireNothingElsewhere(tx: Tx, actor: Actor, userId: string): Promise<void> {
  const byToken = actor.confined && actor.credentialId === undefined;
  if (byToken || (await organizationsElsewhere(tx, actor, userId)).length > 0) throw ownSignInRequired();
}

/** For what lasts when the person joins others later. Throws `identity.own_sign_in_required`. */
export function requireOwnSignIn({ confined }: Actor): void {
  if (confined) throw ownSignInRequired();
}
