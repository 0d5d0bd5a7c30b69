import { type Actor, instanceActor, type OrganizationActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import { requireOrganization } from '../../../kernel/organization.ts';
import { type AuditTrail, changesBetween } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { TenantData } from '../../../platform/tenant-data/index.ts';
import { requireOwnSignIn, shownOrganizations } from '../identity.confinement.ts';
import { invalidToken, organizationNotFound } from '../identity.errors.ts';
import { checkName } from '../identity.policy.ts';
import { insertMembership, insertOrganization } from '../identity.repository.ts';
import { type OrganizationView, toOrganizationView } from '../identity.schemas.ts';
import { membershipsAsAdmin } from '../members/members.repository.ts';
import {
  notClosed,
  organizationChanged,
  organizationsByOperators,
  ownSecondFactorFirst,
  tooManyOrganizations,
} from './organizations.errors.ts';
import {
  hasSecondFactor,
  lockOrganization,
  lockPerson,
  type OrganizationChange,
  type StoredOrganization,
  updateOrganization,
} from './organizations.repository.ts';
import type { NewOrganizationBody, OrganizationPatch, UsageView } from './organizations.schemas.ts';

const DAY_MS = 86_400_000;

export interface OrganizationsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: AccessChanges;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** How many organizations a person makes at most, as admin of all of them; 0: only operators make any. */
  readonly perPerson: number;
  /** Days between closing and deletion. */
  readonly graceDays: number;
  /** Asked when they are needed, because domains are put together after identity. */
  readonly domains: () => readonly TenantData[];
}

/**
 * Organizations as their people see them. Where an id belongs to the call, the actor is in that organization: the door has
 * refused everybody else with `identity.organization_not_found`.
 */
export interface Organizations {
  /** All that the caller may know of; an API key sees its own, an identity provider's people what it opened. */
  list(actor: Actor): Promise<OrganizationView[]>;
  get(actor: Actor): Promise<OrganizationView>;
  /**
   * The caller becomes its admin. Throws `identity.invalid_account`, `identity.own_sign_in_required`, and for who is no operator `identity.too_many_organizations` and
   * `identity.organizations_by_operators`.
   */
  create(actor: Actor, body: NewOrganizationBody): Promise<OrganizationView>;
  /** Throws `identity.organization_changed`, `identity.own_second_factor_first`, `identity.invalid_account`. */
  update(actor: Actor, expectedVersion: number, patch: OrganizationPatch): Promise<OrganizationView>;
  /** Shuts everybody but the admins out, and deletes it after the time of grace. Closing again changes nothing. */
  close(actor: Actor): Promise<OrganizationView>;
  /** Throws `identity.organization_not_closed`. */
  restore(actor: Actor): Promise<OrganizationView>;
  usage(actor: Actor): Promise<UsageView>;
}

export function createOrganizations(dependencies: OrganizationsDependencies): Organizations {
  const { uow, audit, accessChanges, clock, ids, perPerson, graceDays, domains } = dependencies;
  return { list, get, create, update, close, restore, usage };

  async function list(actor: Actor): Promise<OrganizationView[]> {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    const rows = await uow.read(instanceActor(actor.requestId), (tx) =>
      shownOrganizations(tx, actor, userId),
    );
    return rows.map(toOrganizationView);
  }

  async function get(actor: Actor): Promise<OrganizationView> {
    const own = (await list(actor)).find(({ id }) => id === actor.organizationId);
    if (!own) throw organizationNotFound();
    return own;
  }

  async function create(actor: Actor, body: NewOrganizationBody): Promise<OrganizationView> {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    // It would be made and could not be entered; and not by whoever runs the provider.
    requireOwnSignIn(actor);
    const name = checkName('/name', body.name);
    const id = ids();
    const at = clock().toISOString();
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      if (!actor.operator) await requireRoom(tx, userId);
      await insertOrganization(tx, { id, name, at });
      await insertMembership(tx, { organizationId: id, userId, role: 'admin', at });
      await audit.record(tx, actor, {
        action: 'organization.created',
        organizationId: id,
        target: { type: 'organization', id },
        after: { name },
      });
    });
    return get({ ...actor, organizationId: id });
  }

  /** Those that are closed are still there, and those that others made count too: who hands them over makes room. */
  async function requireRoom(tx: Tx, userId: string): Promise<void> {
    if (perPerson === 0) throw organizationsByOperators();
    // Of many at once, each sees those before it.
    await lockPerson(tx, userId);
    if ((await membershipsAsAdmin(tx, userId)).length >= perPerson) throw tooManyOrganizations(perPerson);
  }

  async function update(
    actor: Actor,
    expectedVersion: number,
    patch: OrganizationPatch,
  ): Promise<OrganizationView> {
    const change = changeOf(patch);
    return changing(actor, async (tx, caller, before) => {
      if (before.version !== expectedVersion) throw organizationChanged(before.version);
      const demands = change.require_second_factor === true && !before.require_second_factor;
      if (demands && !(caller.userId !== null && (await hasSecondFactor(tx, caller.userId))))
        throw ownSecondFactorFirst();
      const after = await updateOrganization(tx, before.id, change, clock().toISOString());
      await record(tx, caller, 'organization.changed', before, after);
    });
  }

  async function close(actor: Actor): Promise<OrganizationView> {
    return changing(actor, async (tx, caller, before) => {
      if (before.closed_at !== null) return;
      const now = clock();
      const after = await updateOrganization(
        tx,
        before.id,
        {
          closed_at: now.toISOString(),
          delete_after: new Date(now.getTime() + graceDays * DAY_MS).toISOString(),
        },
        now.toISOString(),
      );
      await record(tx, caller, 'organization.closed', before, after);
      await accessChanges.notify(tx, { organizationId: before.id });
    });
  }

  async function restore(actor: Actor): Promise<OrganizationView> {
    return changing(actor, async (tx, caller, before) => {
      if (before.closed_at === null) throw notClosed();
      if (isDue(before)) throw organizationNotFound();
      const open = { closed_at: null, delete_after: null };
      const after = await updateOrganization(tx, before.id, open, clock().toISOString());
      await record(tx, caller, 'organization.restored', before, after);
    });
  }

  /** Its deletion may have begun. */
  function isDue({ delete_after: deleteAfter }: StoredOrganization): boolean {
    return deleteAfter !== null && Date.parse(deleteAfter) <= clock().getTime();
  }

  async function usage(actor: Actor): Promise<UsageView> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    const counted = await Promise.all(
      domains().map(async ({ domain, usage: count }) =>
        count ? [[domain, await count(caller)] as const] : [],
      ),
    );
    return {
      organizationId,
      domains: Object.fromEntries(counted.flat()),
    };
  }

  async function changing(
    actor: Actor,
    work: (tx: Tx, caller: OrganizationActor, before: StoredOrganization) => Promise<void>,
  ): Promise<OrganizationView> {
    const caller = requireOrganization(actor);
    await uow.write(caller, async (tx) => {
      const before = await lockOrganization(tx, caller.organizationId);
      if (!before) throw organizationNotFound();
      await work(tx, caller, before);
    });
    return get(caller);
  }

  async function record(
    tx: Tx,
    caller: OrganizationActor,
    action: string,
    before: StoredOrganization,
    after: StoredOrganization,
  ): Promise<void> {
    const organizationId = caller.organizationId;
    const target = { type: 'organization', id: organizationId };
    const changes = changesBetween(settingsOf(before), settingsOf(after));
    await audit.record(tx, caller, { action, organizationId, target, ...changes });
  }
}

function changeOf({ name, settings = {} }: OrganizationPatch): OrganizationChange {
  const { memberDirectory, requireSecondFactor } = settings;
  return {
    ...(name === undefined ? {} : { name: checkName('/name', name) }),
    ...(memberDirectory === undefined ? {} : { member_directory: memberDirectory }),
    ...(requireSecondFactor === undefined ? {} : { require_second_factor: requireSecondFactor }),
  };
}

/** What an audit entry tells of. */
function settingsOf(row: StoredOrganization) {
  return {
    name: row.name,
    memberDirectory: row.member_directory,
    requireSecondFactor: row.require_second_factor,
    closedAt: row.closed_at,
    deleteAfter: row.delete_after,
  };
}
