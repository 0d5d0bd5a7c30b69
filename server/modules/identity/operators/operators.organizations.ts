import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { decodeCursor, type Page, toPage } from '../../../kernel/page.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import { requireInstance } from '../identity.policy.ts';
import { organizationNotFound } from './operators.errors.ts';
import { findOrganization, listOrganizations, suspendOrganization } from './operators.repository.ts';
import {
  type OperatedOrganization,
  type OrganizationListQuery,
  toOperatedOrganization,
} from './operators.schemas.ts';
import type { OperatedOrganizationRow } from './operators.tables.ts';

/** All organizations of the instance. Every method throws `identity.not_allowed` for who is no operator. */
export interface OperatedOrganizations {
  /** Oldest first. */
  list(actor: Actor, query: OrganizationListQuery): Promise<Page<OperatedOrganization>>;
  /** Throws `identity.organization_not_found`. */
  get(actor: Actor, id: string): Promise<OperatedOrganization>;
  /** From the next request on nobody gets in, people or keys. Throws `identity.organization_not_found`. */
  suspend(actor: Actor, id: string, reason: string): Promise<OperatedOrganization>;
  /** Throws `identity.organization_not_found`. */
  unsuspend(actor: Actor, id: string): Promise<OperatedOrganization>;
}

export interface OperatedOrganizationsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
}

export function createOperatedOrganizations(
  dependencies: OperatedOrganizationsDependencies,
): OperatedOrganizations {
  const { uow, audit, accessChanges, clock } = dependencies;
  return {
    list,
    get: (actor, id) =>
      uow.read(asInstance(actor), async (tx) =>
        toOperatedOrganization(found(await findOrganization(tx, id))),
      ),
    suspend: (actor, id, reason) => setSuspension(actor, id, { reason }),
    unsuspend: (actor, id) => setSuspension(actor, id, null),
  };

  async function list(actor: Actor, query: OrganizationListQuery): Promise<Page<OperatedOrganization>> {
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const listing = { text: query.q, state: query.state, limit: limit + 1, after };
    const rows = await uow.read(asInstance(actor), (tx) => listOrganizations(tx, listing));
    return toPage(rows, limit, (row) => ({ at: row.created_at, id: row.id }), toOperatedOrganization);
  }

  async function setSuspension(
    actor: Actor,
    id: string,
    suspension: { readonly reason: string } | null,
  ): Promise<OperatedOrganization> {
    return uow.write(asInstance(actor), async (tx) => {
      const before = found(await findOrganization(tx, id)).suspended_reason;
      await suspendOrganization(tx, id, suspension, clock().toISOString());
      await accessChanges.notify(tx, { organizationId: id });
      const entry = {
        action: suspension ? 'organization.suspended' : 'organization.unsuspended',
        target: { type: 'organization', id },
        before: { suspendedReason: before },
        after: { suspendedReason: suspension?.reason ?? null },
      };
      // Its own admins read it later in their trail; operators in theirs.
      await audit.record(tx, actor, { ...entry, organizationId: null });
      await audit.record(tx, actor, { ...entry, organizationId: id });
      return toOperatedOrganization(found(await findOrganization(tx, id)));
    });
  }
}

function asInstance(actor: Actor): Actor {
  requireInstance(actor);
  return instanceActor(actor.requestId);
}

function found(row: OperatedOrganizationRow | undefined): OperatedOrganizationRow {
  if (!row) throw organizationNotFound();
  return row;
}
