import { sql } from 'kysely';
import { queryBuilder, statement, type Tx } from '../db/index.ts';
import type { AuditTables, EventRow, TrailRow } from './audit.tables.ts';
import { canonicalJson } from './json.ts';
import type { AuditFilter, AuditPosition, FoundTrail } from './port.ts';

const builder = (tx: Tx) => queryBuilder<AuditTables>(tx);

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

const read = statement<TrailRow>(`select ${TRAIL_COLUMNS} from audit_trails where organization_id = $1`);

export async function readTrail(tx: Tx, organizationId: string): Promise<TrailRow | undefined> {
  return (await read(tx, organizationId))[0];
}

/** Where the trail begins has moved. The trail must be locked. */
export async function moveBeginning(tx: Tx, trail: TrailRow): Promise<void> {
  await builder(tx)
    .updateTable('audit_trails')
    .set({
      removed_until: trail.removed_until,
      removed_hash: trail.removed_hash,
      seal: trail.seal,
      key_id: trail.key_id,
    })
    .where('organization_id', '=', trail.organization_id)
    .execute();
}

const remove = statement<{ readonly removed: number }>('select audit_remove() as removed');

/** Removes what lies before the beginning of the caller's trail, and says how many events it was. */
export async function removeBeforeBeginning(tx: Tx): Promise<number> {
  return (await remove(tx))[0]?.removed ?? 0;
}

/** Of the event at one end of what there is, whatever the trail says; undefined where there is none. */
export async function sequenceAt(
  tx: Tx,
  organizationId: string,
  end: 'first' | 'last',
): Promise<number | undefined> {
  const row = await builder(tx)
    .selectFrom('audit_events')
    .select('sequence')
    .where('organization_id', '=', organizationId)
    .orderBy('sequence', end === 'first' ? 'asc' : 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.sequence;
}

export async function listTrails(tx: Tx, after: string | undefined, limit: number): Promise<FoundTrail[]> {
  let query = builder(tx)
    .selectFrom('audit_trails')
    .select([
      'organization_id as id',
      sql<boolean>`removed_until < sequence and audit_is_abandoned(organization_id)`.as('abandoned'),
    ])
    .orderBy('organization_id')
    .limit(limit);
  if (after !== undefined) query = query.where('organization_id', '>', after);
  return query.execute();
}

export interface EventQuery {
  readonly organizationId: string;
  readonly filter: AuditFilter;
  readonly position: AuditPosition;
  readonly limit: number;
  readonly order: 'newest' | 'oldest';
}

export async function listEvents(
  tx: Tx,
  { organizationId, filter, position, limit, order }: EventQuery,
): Promise<EventRow[]> {
  const { action, userId, targetType, targetId, outcome, address, from, until } = filter;
  const { after, before } = position;
  let query = builder(tx)
    .selectFrom('audit_events')
    .selectAll()
    .where('organization_id', '=', organizationId);
  // A range of the collation C: no character of an action comes after “~”.
  if (action !== undefined) query = query.where('action', '>=', action).where('action', '<', `${action}~`);
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  if (targetType !== undefined) query = query.where('target_type', '=', targetType);
  if (targetId !== undefined) query = query.where('target_id', '=', targetId);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (address !== undefined) query = query.where('address', '=', address);
  if (from !== undefined) query = query.where('occurred_at', '>=', from.toISOString());
  if (until !== undefined) query = query.where('occurred_at', '<', until.toISOString());
  if (after !== undefined) query = query.where('sequence', '>', after);
  if (before !== undefined) query = query.where('sequence', '<', before);
  return query
    .orderBy('sequence', order === 'newest' ? 'desc' : 'asc')
    .limit(limit)
    .execute();
}
