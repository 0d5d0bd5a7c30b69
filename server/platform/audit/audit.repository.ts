import { statement, type Tx } from '../db/index.ts';
import type { EventRow, TrailRow } from './audit.tables.ts';
import { canonicalJson } from './json.ts';

// Written out where every act waits for it: building these would cost more than running them.

const TRAIL_COLUMNS = 'organization_id, sequence, hash, removed_until, removed_hash, seal, key_id';

const lock = statement<TrailRow>(
  `select ${TRAIL_COLUMNS} from audit_trails where organization_id = $1 for update`,
);

/** Makes the caller the only writer of a trail until its transaction ends. */
export async function lockTrail(tx: Tx, organizationId: string): Promise<TrailRow> {
  const [known] = await lock(tx, organizationId);
  if (known) return known;
  await beginTrail(tx, organizationId);
  const [begun] = await lock(tx, organizationId);
  if (!begun) throw new Error('an audit trail that was just begun is not there');
  return begun;
}

const beginTrail = statement<never>(
  'insert into audit_trails (organization_id) values ($1) on conflict do nothing',
);

const append = statement<never>(`
  with head as (
    update audit_trails set sequence = $2, hash = $18, seal = $19, key_id = $20 where organization_id = $1)
  insert into audit_events (organization_id, sequence, id, occurred_at, action, outcome, actor_kind, user_id, credential_id,
    address, request_id, target_type, target_id, before, after, details, previous_hash, hash, key_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15::jsonb, $16::jsonb, $17, $18, $20)`);

/** Adds the event that follows the trail's end, and moves the end to it. The trail must be locked. */
export async function appendEvent(tx: Tx, event: EventRow, seal: Uint8Array): Promise<void> {
  await append(
    tx,
    event.organization_id,
    event.sequence,
    event.id,
    event.occurred_at,
    event.action,
    event.outcome,
    event.actor_kind,
    event.user_id,
    event.credential_id,
    event.address,
    event.request_id,
    event.target_type,
    event.target_id,
    jsonOf(event.before),
    jsonOf(event.after),
    jsonOf(event.details),
    event.previous_hash,
    event.hash,
    seal,
    event.key_id,
  );
}

function jsonOf(value: EventRow['details']): string | null {
  return value === null ? null : canonicalJson(value);
}
