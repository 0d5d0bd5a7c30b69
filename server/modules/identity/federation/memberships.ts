import type { Actor, Role } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/port.ts';
import type { AccessChanges } from '../../../platform/auth/access-changes.ts';
import type { Tx } from '../../../platform/db/index.ts';
import { insertMembership } from '../identity.repository.ts';
import type { UserRow } from '../identity.tables.ts';
import { endAdministration } from '../members/members.ownership.ts';
import type { ProviderRow } from './federation.tables.ts';
import {
  deleteProvisioned,
  insertProvisioned,
  isLastAdmin,
  membershipsOf,
  provisionedBy,
  removeMembership,
  updateRole,
} from './memberships.repository.ts';

/** What a provider wants of a person's memberships. */
export interface Wish {
  readonly provider: ProviderRow;
  readonly user: UserRow;
  /** Where they belong; undefined: it does not say. */
  readonly organizationIds: readonly string[] | undefined;
  /** As what; null: not at all. Undefined: it does not say. */
  readonly role: Role | null | undefined;
}

/** Memberships as providers give, change and take them. */
export interface Memberships {
  /**
   * Gives what is missing, where the provider may, and brings roles and memberships into line, where it is set to
   * (`sync_roles`). It never takes a membership that it did not give, never brings back somebody whom an admin has removed, and
   * never takes the last admin. Says in which of the wished organizations the person is now: none where it does not say.
   */
  follow(tx: Tx, actor: Actor, wish: Wish): Promise<readonly string[]>;
  /** Takes what this provider gave. */
  withdraw(tx: Tx, actor: Actor, provider: ProviderRow, userId: string): Promise<void>;
}

export interface MembershipsDependencies {
  readonly audit: AuditTrail;
  readonly accessChanges: AccessChanges;
  readonly clock: Clock;
}

export function createMemberships({ audit, accessChanges, clock }: MembershipsDependencies): Memberships {
  return { follow, withdraw };

  async function follow(tx: Tx, actor: Actor, wish: Wish): Promise<readonly string[]> {
    const { provider, user, role } = wish;
    const roles = new Map((await membershipsOf(tx, user.id)).map((one) => [one.organization_id, one.role]));
    const given = new Set(await provisionedBy(tx, provider.id, user.id));
    const wished = role === null ? [] : wish.organizationIds;
    if (provider.sync_roles && wished !== undefined) {
      for (const id of given) {
        if (wished.includes(id)) continue;
        if (!roles.has(id))
          await deleteProvisioned(tx, { organizationId: id, userId: user.id, providerId: provider.id });
        else if (await take(tx, actor, provider, user.id, id)) roles.delete(id);
      }
    }
    for (const id of wished ?? []) {
      const present = roles.get(id);
      if (present === undefined) {
        const start = role ?? provider.default_role;
        if (!provider.create_users || given.has(id) || start === null) continue;
        await give(tx, actor, provider, user.id, id, start);
        roles.set(id, start);
      } else if (provider.sync_roles && role && role !== present) {
        await change(tx, actor, provider, user.id, id, { from: present, to: role });
      }
    }
    return (wish.organizationIds ?? []).filter((id) => roles.has(id));
  }

  async function withdraw(tx: Tx, actor: Actor, provider: ProviderRow, userId: string): Promise<void> {
    const present = new Set((await membershipsOf(tx, userId)).map((one) => one.organization_id));
    for (const id of await provisionedBy(tx, provider.id, userId)) {
      if (present.has(id)) await take(tx, actor, provider, userId, id);
      else await deleteProvisioned(tx, { organizationId: id, userId, providerId: provider.id });
    }
  }

  async function give(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    userId: string,
    organizationId: string,
    role: Role,
  ): Promise<void> {
    const at = clock().toISOString();
    await insertMembership(tx, { organizationId, userId, role, at });
    await insertProvisioned(tx, { organizationId, userId, providerId: provider.id, at });
    await audit.record(tx, actor, {
      action: 'member.added',
      organizationId,
      target: { type: 'user', id: userId },
      after: { role },
      details: { provider: provider.slug },
    });
  }

  async function change(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    userId: string,
    organizationId: string,
    { from, to }: { readonly from: Role; readonly to: Role },
  ): Promise<void> {
    const details = { provider: provider.slug };
    const target = { type: 'user', id: userId };
    if (from === 'admin' && (await isLastAdmin(tx, organizationId, userId))) {
      const kept = { ...details, reason: 'last admin' };
      await audit.record(tx, actor, {
        ...{ action: 'member.role_changed', organizationId, target, outcome: 'denied', details: kept },
        ...{ before: { role: from }, after: { role: to } },
      });
      return;
    }
    const at = clock().toISOString();
    await updateRole(tx, organizationId, userId, to, at);
    if (from === 'admin') await endAdministration(tx, userId, at, [organizationId]);
    await audit.record(tx, actor, {
      ...{ action: 'member.role_changed', organizationId, target, details },
      ...{ before: { role: from }, after: { role: to } },
    });
    await accessChanges.notify(tx, { userId, organizationId });
  }

  /** False where the person is the last admin and stays. */
  async function take(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    userId: string,
    organizationId: string,
  ): Promise<boolean> {
    const target = { type: 'user', id: userId };
    if (await isLastAdmin(tx, organizationId, userId)) {
      await audit.record(tx, actor, {
        ...{ action: 'member.removed', organizationId, target, outcome: 'denied' },
        details: { provider: provider.slug, reason: 'last admin' },
      });
      return false;
    }
    await endAdministration(tx, userId, clock().toISOString(), [organizationId]);
    await removeMembership(tx, organizationId, userId);
    await deleteProvisioned(tx, { organizationId, userId, providerId: provider.id });
    await audit.record(tx, actor, {
      ...{ action: 'member.removed', organizationId, target },
      details: { provider: provider.slug },
    });
    await accessChanges.notify(tx, { userId, organizationId });
    return true;
  }
}
