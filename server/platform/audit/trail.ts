import { NIL } from 'uuid';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import { beforeCommit, type Tx } from '../db/index.ts';
import { appendEvent, lockTrail } from './audit.repository.ts';
import type { TrailRow, UnchainedEvent } from './audit.tables.ts';
import { breakOfTrail, type ChainKeys, chained, TRAIL_BROKEN, trailSeal } from './chain.ts';
import { recordableObject, recordableText } from './json.ts';
import type { AuditEntry, AuditTrail } from './port.ts';

/** The trail of the instance itself: the Nil UUID (RFC 9562, 5.9), which no organization has. */
export const INSTANCE_TRAIL = NIL;

const ACTION = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/;
/** Characters of an id, an address, a kind. */
const MAX_WORD = 200;

export interface AuditTrailDependencies {
  readonly keys: ChainKeys;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The trail in the database: two statements an entry, at the end of its transaction. */
export function createTrail({ keys, clock, ids }: AuditTrailDependencies): AuditTrail {
  const waiting = new WeakMap<Tx, UnchainedEvent[]>();
  return { record };

  async function record(tx: Tx, actor: Actor, entry: AuditEntry): Promise<void> {
    const event = eventOf(actor, entry, ids(), clock());
    const before = waiting.get(tx);
    if (before) {
      before.push(event);
      return;
    }
    const events = [event];
    waiting.set(tx, events);
    beforeCommit(tx, async () => {
      for (const one of inLockingOrder(events)) await write(tx, one);
    });
  }

  async function write(tx: Tx, event: UnchainedEvent): Promise<void> {
    let trail = await lockTrail(tx, event.organization_id);
    const broken = breakOfTrail(trail, keys);
    // Sealing a forged end anew would hide the forgery: the chain itself must say that it was found.
    if (broken) trail = await append(tx, trail, noticeOf(event, trail, ids()));
    await append(tx, trail, event);
  }

  async function append(tx: Tx, trail: TrailRow, event: UnchainedEvent): Promise<TrailRow> {
    const row = chained(event, trail, keys.current);
    const end = { ...trail, sequence: row.sequence, hash: row.hash, key_id: row.key_id };
    const sealed = { ...end, seal: trailSeal(end, keys.current) };
    await appendEvent(tx, row, sealed.seal);
    return sealed;
  }
}

/**
 * Trail by trail, always in the same order, so that two transactions never wait for each other; the instance's last, because
 * everybody waits for it. What goes into one trail stays in the order in which it was recorded.
 */
function inLockingOrder(events: readonly UnchainedEvent[]): UnchainedEvent[] {
  const place = ({ organization_id: id }: UnchainedEvent) => (id === INSTANCE_TRAIL ? '~' : id);
  return events.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) < place(b) ? -1 : 1));
}

/** That the end of the trail, from which the event continues, was not written by the product. */
function noticeOf(event: UnchainedEvent, { sequence, key_id }: TrailRow, id: string): UnchainedEvent {
  return {
    ...event,
    id,
    action: TRAIL_BROKEN,
    outcome: 'denied',
    actor_kind: 'system',
    user_id: null,
    credential_id: null,
    address: null,
    target_type: null,
    target_id: null,
    before: null,
    after: null,
    details: { sequence, keyId: key_id },
  };
}

function eventOf(actor: Actor, entry: AuditEntry, id: string, at: Date): UnchainedEvent {
  if (!ACTION.test(entry.action)) throw new TypeError(`not the name of an audited action: ${entry.action}`);
  // Who runs the instance may be somebody of another organization: who it was, and where, is in the instance's trail.
  const unnamed = actor.kind === 'operator' && entry.organizationId !== null;
  return {
    organization_id: entry.organizationId ?? INSTANCE_TRAIL,
    id,
    occurred_at: at.toISOString(),
    action: entry.action,
    outcome: entry.outcome ?? 'succeeded',
    // A sign-in begins as nobody's and is somebody's act once it is known whose.
    actor_kind: actor.kind === 'public' && entry.userId !== undefined ? 'user' : actor.kind,
    user_id: entry.userId ?? (unnamed ? null : actor.userId),
    credential_id: unnamed ? null : recordableWord(actor.credentialId),
    address: unnamed ? null : recordableWord(actor.address),
    request_id: recordableText(actor.requestId, MAX_WORD),
    target_type: recordableWord(entry.target?.type),
    target_id: recordableWord(entry.target?.id),
    before: entry.before === undefined ? null : recordableObject(entry.before),
    after: entry.after === undefined ? null : recordableObject(entry.after),
    details: entry.details === undefined ? null : recordableObject(entry.details),
  };
}

/** An id, an address or a kind as it is kept, and so as it must be asked for. */
export function recordableWord(text: string | undefined): string | null {
  return text === undefined ? null : recordableText(text, MAX_WORD);
}
