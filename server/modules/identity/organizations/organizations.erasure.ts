import type { Logger } from 'pino';
import { instanceActor, type OrganizationActor, systemActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { Storage } from '../../../platform/storage/index.ts';
import { deleteRows, tenantTables } from './erasure.repository.ts';
import { deleteOrganization, dueOrganizations, lockOrganization } from './organizations.repository.ts';

/** Rows of one transaction: a text may have megabytes. */
const BATCH = 200;
/** Milliseconds by which the clocks of two processes may differ: until then one may still restore what another deletes. */
const MARGIN = 300_000;
const REQUEST_ID = 'identity.organizations_erasure';

export interface ErasureDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: AccessChanges;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * Deletes organizations whose time of grace is over: their rows in bounded batches, their files, then what is left of
 * them. Their trails go with the nightly sweep of the audit. Safe to run twice and to be cut off anywhere; gives the number of organizations that are gone.
 */
export type EraseDueOrganizations = (signal: AbortSignal) => Promise<number>;

export function createErasure(dependencies: ErasureDependencies): EraseDueOrganizations {
  const { uow, audit, accessChanges, storage, clock, logger } = dependencies;

  return async (signal) => {
    const at = new Date(clock().getTime() - MARGIN).toISOString();
    const due = await uow.read(instanceActor(REQUEST_ID), (tx) => dueOrganizations(tx, at));
    for (const id of due) {
      signal.throwIfAborted();
      await erase(systemActor(id, REQUEST_ID), at, signal);
      logger.info({ organizationId: id }, 'a closed organization was deleted');
    }
    return due.length;
  };

  async function erase(actor: OrganizationActor, at: string, signal: AbortSignal): Promise<void> {
    const { organizationId } = actor;
    // Its people stay until the end: as long as it is there, it has an admin.
    for (const table of await uow.read(actor, tenantTables))
      if (table !== 'memberships')
        await inBatches(signal, () => uow.write(actor, (tx) => deleteRows(tx, table, organizationId, BATCH)));
    for await (const { key } of storage.list(organizationId)) {
      signal.throwIfAborted();
      await storage.remove(key);
    }
    await remove(organizationId, at);
  }

  /** What is left of it, and the note in the instance's own trail that it was there. */
  async function remove(organizationId: string, at: string): Promise<void> {
    const instance = instanceActor(REQUEST_ID);
    await uow.write(instance, async (tx) => {
      const last = await lockOrganization(tx, organizationId);
      if (!last || !(await deleteOrganization(tx, organizationId, at))) return;
      await audit.record(tx, instance, {
        action: 'organization.deleted',
        organizationId: null,
        target: { type: 'organization', id: organizationId },
        details: { name: last.name, closedAt: last.closed_at },
      });
      await accessChanges.notify(tx, { organizationId });
    });
  }
}

async function inBatches(signal: AbortSignal, next: () => Promise<number>): Promise<void> {
  do signal.throwIfAborted();
  while ((await next()) > 0);
}
