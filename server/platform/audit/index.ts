export { changesBetween } from './changes.ts';
export type { AuditEntry, AuditTrail } from './port.ts';
export { type AuditTrailOptions, createAuditTrail, INSTANCE_TRAIL } from './trail.ts';
