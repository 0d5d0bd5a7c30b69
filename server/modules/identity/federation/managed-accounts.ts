import type { Actor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { type AuditTrail, changesBetween } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx } from '../../../platform/db/index.ts';
import { findAccount, findAccountByEmail } from '../identity.repository.ts';
import type { Admitted } from './admission.ts';
import { revokeFederatedSessions } from './federated-sessions.repository.ts';
import { type Claims, profileOf, provesAddress } from './federation.policy.ts';
import type { IdentityRow, ProviderRow } from './federation.tables.ts';
import { deleteIdentity, updateProfile } from './identities.repository.ts';
import { provisionedBy } from './memberships.repository.ts';
import type { Memberships } from './memberships.ts';
import { outOfReach, wayBy } from './sso.repository.ts';

/** Accounts that are looked after at an identity provider. */
export interface ManagedAccounts {
  /**
   * Takes over the name, and an address that the provider may speak for, where the person has no password here and so is
   * looked after over there, and belongs to nothing but what the message opens: others see the name too, and whoever has the
   * address can have a new password.
   */
  follow(tx: Tx, actor: Actor, provider: ProviderRow, admitted: Admitted, claims: Claims): Promise<void>;
  /** The person is gone there: their sign-ins and what the provider gave end; the account stays. */
  release(tx: Tx, actor: Actor, provider: ProviderRow, identity: IdentityRow): Promise<void>;
}

export interface ManagedAccountsDependencies {
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
  readonly memberships: Memberships;
}

export function createManagedAccounts(dependencies: ManagedAccountsDependencies): ManagedAccounts {
  const { audit, accessChanges, clock, memberships } = dependencies;
  return { follow, release };

  async function follow(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    { user, organizationIds }: Admitted,
    claims: Claims,
  ): Promise<void> {
    const account = await findAccount(tx, user.id);
    const profile = profileOf(provider, claims);
    if (!account || !profile || account.password_hash !== null) return;
    const opened = organizationIds.length > 0 ? organizationIds : await onlyGiven(tx, provider, user.id);
    if ((await outOfReach(tx, user.id, wayBy(provider, opened))).length > 0) return;
    const { email } = profile;
    const moves =
      email?.verified === true &&
      email.key !== account.email_key &&
      provesAddress(provider, email.key) &&
      (await findAccountByEmail(tx, email.key)) === undefined;
    const before = { name: account.name, email: account.email };
    const after = { name: profile.name ?? account.name, email: moves ? email.address : account.email };
    const changed = changesBetween(before, after);
    if (changed.after === undefined) return;
    const emailKey = moves ? email.key : account.email_key;
    await updateProfile(tx, user.id, { ...after, emailKey, at: clock().toISOString() });
    await audit.record(tx, actor, {
      action: 'user.changed',
      organizationId: null,
      userId: user.id,
      target: { type: 'user', id: user.id },
      ...changed,
      details: { provider: provider.slug },
    });
  }

  /** A message that names no organization speaks for the one that the provider gave the person, where it gave one only. */
  async function onlyGiven(tx: Tx, provider: ProviderRow, userId: string): Promise<readonly string[]> {
    const given = await provisionedBy(tx, provider.id, userId);
    return given.length === 1 ? given : [];
  }

  async function release(tx: Tx, actor: Actor, provider: ProviderRow, identity: IdentityRow): Promise<void> {
    const { user_id: userId, id: identityId } = identity;
    await memberships.withdraw(tx, actor, provider, userId);
    await revokeFederatedSessions(
      tx,
      { providerId: identity.provider_id, identityId },
      clock().toISOString(),
    );
    await deleteIdentity(tx, identityId);
    await accessChanges.notify(tx, { userId });
    await audit.record(tx, actor, {
      action: 'identity.unlinked',
      organizationId: null,
      userId,
      target: { type: 'user', id: userId },
      details: { provider: provider.slug, reason: 'deleted at the identity provider' },
    });
  }
}
