import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { UnitOfWork } from '../db/index.ts';
import { chainKeys } from './chain.ts';
import { createLog } from './log.ts';
import type { AuditLog, AuditTrail } from './port.ts';
import { createTrail } from './trail.ts';

export { auditData } from './audit-data.ts';
export { changesBetween } from './changes.ts';
export type {
  AuditEntry,
  AuditEvent,
  AuditFilter,
  AuditLog,
  AuditPosition,
  AuditTrail,
  BreakReason,
  ChainBreak,
  FoundTrail,
  Removal,
  Verification,
} from './port.ts';
export { INSTANCE_TRAIL } from './trail.ts';

export interface AuditTrailOptions {
  /** 32 bytes, known to the product and not to the database. */
  readonly key: Uint8Array;
  /** What `key` was before, newest first: events keep being verified with the key that they were made with. */
  readonly formerKeys?: readonly Uint8Array[];
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The door for writing: what everybody who does something gets. */
export function createAuditTrail({ key, formerKeys, clock, ids }: AuditTrailOptions): AuditTrail {
  return createTrail({ keys: chainKeys(key, formerKeys), clock, ids });
}

/** The door for reading, verifying and forgetting. */
export function createAuditLog(
  options: Pick<AuditTrailOptions, 'key' | 'formerKeys'> & { readonly uow: UnitOfWork },
): AuditLog {
  return createLog({ keys: chainKeys(options.key, options.formerKeys), uow: options.uow });
}
