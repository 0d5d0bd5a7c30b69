import { createHmac, hash } from 'node:crypto';
import type { EventRow, TrailRow, UnchainedEvent } from './audit.tables.ts';
import { canonicalJson } from './json.ts';
import type { ChainBreak } from './port.ts';

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

/** The keys of all trails, now and before. */
export interface ChainKeys {
  /** With which events are added. */
  readonly current: ChainKey;
  /** Undefined for a key that this product was not given. */
  find(id: string | null): ChainKey | undefined;
}

/** What is added to a trail whose end was found forged, so that going on does not make it look whole. */
export const TRAIL_BROKEN = 'audit.trail_broken';

/** `current` and `former`: 32 bytes each. */
export function chainKeys(current: Uint8Array, former: readonly Uint8Array[] = []): ChainKeys {
  const keys = [current, ...former].map((bytes) => ({
    id: hash('sha256', bytes, 'hex').slice(0, 16),
    bytes,
  }));
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [first] = keys;
  if (!first) throw new TypeError('a chain needs a key');
  return { current: first, find: (id) => (id === null ? undefined : byId.get(id)) };
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

/** What is wrong with the event as the one that follows `end`; undefined where nothing is. */
export function breakAt(event: EventRow, end: ChainEnd, keys: ChainKeys): ChainBreak | undefined {
  const { sequence } = event;
  if (sequence !== end.sequence + 1) return { sequence: end.sequence + 1, reason: 'missing' };
  const key = keys.find(event.key_id);
  if (!key) return { sequence, reason: 'unknown_key' };
  if (!sameBytes(event.hash, eventHash(event, key))) return { sequence, reason: 'changed' };
  if (!sameBytes(event.previous_hash, end.hash)) return { sequence, reason: 'unlinked' };
  if (event.action === TRAIL_BROKEN) return { sequence, reason: 'end_forged' };
  return undefined;
}

/** What is wrong with where the trail says that it begins and ends. */
export function breakOfTrail(trail: TrailRow, keys: ChainKeys): ChainBreak | undefined {
  const { sequence } = trail;
  if (trail.seal === null && sequence === 0 && trail.removed_until === 0) return undefined;
  const key = keys.find(trail.key_id);
  if (!key) return { sequence, reason: 'unknown_key' };
  return sameBytes(trail.seal, trailSeal(trail, key)) ? undefined : { sequence, reason: 'end_forged' };
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

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
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
