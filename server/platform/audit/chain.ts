import { createHmac, hash } from 'node:crypto';
import type { EventRow, TrailRow, UnchainedEvent } from './audit.tables.ts';
import { canonicalJson } from './json.ts';

/** A key of the chain: 32 bytes, and a name that tells it from others and nothing about it. */
export interface ChainKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The last event of a trail so far, from which the next one continues. */
export interface ChainEnd {
  readonly sequence: number;
  /** Null before the first event. */
  readonly hash: Uint8Array | null;
}

export function chainKey(bytes: Uint8Array): ChainKey {
  return { id: hash('sha256', bytes, 'hex').slice(0, 16), bytes };
}

/** The event in its place after `end`. */
export function chained(event: UnchainedEvent, end: ChainEnd, key: ChainKey): EventRow {
  const placed = { ...event, sequence: end.sequence + 1, previous_hash: end.hash, key_id: key.id };
  return { ...placed, hash: eventHash(placed, key) };
}

/** HMAC-SHA-256 (RFC 2104) over everything else in the row, as canonical JSON (RFC 8785). */
export function eventHash(event: Omit<EventRow, 'hash'>, key: ChainKey): Uint8Array {
  return mac(key, 'audit-event/v1', {
    organizationId: event.organization_id,
    sequence: event.sequence,
    id: event.id,
    occurredAt: inMicroseconds(event.occurred_at),
    action: event.action,
    outcome: event.outcome,
    actorKind: event.actor_kind,
    userId: event.user_id,
    credentialId: event.credential_id,
    address: event.address,
    requestId: event.request_id,
    targetType: event.target_type,
    targetId: event.target_id,
    before: event.before,
    after: event.after,
    details: event.details,
    previousHash: hex(event.previous_hash),
    keyId: event.key_id,
  });
}

/** Over where the trail begins and ends, so that a shorter one cannot be passed off as the whole. */
export function trailSeal(trail: Omit<TrailRow, 'seal'>, key: ChainKey): Uint8Array {
  return mac(key, 'audit-trail/v1', {
    organizationId: trail.organization_id,
    sequence: trail.sequence,
    hash: hex(trail.hash),
    removedUntil: trail.removed_until,
    removedHash: hex(trail.removed_hash),
    keyId: trail.key_id,
  });
}

/** `purpose` keeps a MAC made for one thing from passing for another. */
function mac(key: ChainKey, purpose: string, value: object): Uint8Array {
  return createHmac('sha256', key.bytes)
    .update(`${purpose}\n${canonicalJson(value)}`)
    .digest();
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}

/** RFC 3339 with all six digits, whether the time comes from the clock (three) or from PostgreSQL (as many as needed). */
function inMicroseconds(time: string): string {
  const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}
