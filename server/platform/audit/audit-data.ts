import { jsonLines, type TenantData } from '../tenant-data/index.ts';
import type { AuditEvent, AuditLog } from './port.ts';

/** The trail's part of an archive: `events.jsonl`, oldest first. */
export function auditData(log: AuditLog): TenantData {
  return {
    domain: 'audit',
    files: async function* (actor) {
      yield jsonLines<AuditEvent>('events.jsonl', (last, limit) =>
        log.list(actor, {}, { after: last?.sequence }, limit, 'oldest'),
      );
    },
  };
}
