import type { Actor } from '../../kernel/actor.ts';
import { breathing } from '../../kernel/breathe.ts';
import type { Tx, UnitOfWork } from '../db/index.ts';
import {
  listEvents,
  listTrails,
  lockTrail,
  moveBeginning,
  readTrail,
  removeBeforeBeginning,
  sequenceAt,
} from './audit.repository.ts';
import type { EventRow, TrailRow } from './audit.tables.ts';
import { breakAt, breakOfTrail, type ChainEnd, type ChainKeys, trailSeal } from './chain.ts';
import type {
  AuditEvent,
  AuditFilter,
  AuditLog,
  AuditPosition,
  ChainBreak,
  FoundTrail,
  Removal,
  Verification,
} from './port.ts';
import { INSTANCE_TRAIL, recordableWord } from './trail.ts';

/** Events that are read at a time while a trail is verified. */
const PAGE = 500;

export interface AuditLogDependencies {
  readonly keys: ChainKeys;
  readonly uow: UnitOfWork;
}

/** A trail, and where the events that there are begin and end. */
interface TrailAsFound extends TrailRow {
  readonly first: number | undefined;
  readonly last: number | undefined;
}

export function createLog({ keys, uow }: AuditLogDependencies): AuditLog {
  return { list, verify, removeBefore, forget, trails };

  async function list(
    actor: Actor,
    filter: AuditFilter,
    position: AuditPosition,
    limit: number,
    order: 'newest' | 'oldest' = 'newest',
  ): Promise<readonly AuditEvent[]> {
    const query = { organizationId: trailOf(actor), filter: asRecorded(filter), position, limit, order };
    return (await uow.read(actor, (tx) => listEvents(tx, query))).map(toEvent);
  }

  async function verify(actor: Actor, signal: AbortSignal): Promise<Verification> {
    for (;;) {
      const trail = await trailAsFound(actor);
      const verification = await verifyAs(actor, trail, signal);
      if (verification.broken?.reason !== 'missing') return verification;
      // Retention may have removed the event meanwhile: then the trail begins later now.
      const now = await uow.read(actor, (tx) => readTrail(tx, trailOf(actor)));
      if ((now?.removed_until ?? 0) < verification.broken.sequence) return verification;
    }
  }

  /** In this order: what is recorded or removed between the reads must not look like an event too many. */
  function trailAsFound(actor: Actor): Promise<TrailAsFound> {
    const organizationId = trailOf(actor);
    return uow.read(actor, async (tx) => {
      const last = await sequenceAt(tx, organizationId, 'last');
      const trail = (await readTrail(tx, organizationId)) ?? emptyTrail(organizationId);
      return { ...trail, last, first: await sequenceAt(tx, organizationId, 'first') };
    });
  }

  async function verifyAs(actor: Actor, trail: TrailAsFound, signal: AbortSignal): Promise<Verification> {
    const breathe = breathing();
    let end = beginningOf(trail);
    let broken = brokenBeginning(trail);
    while (end.sequence < trail.sequence && !broken) {
      signal.throwIfAborted();
      const page = await readAfter(actor, end, Math.min(PAGE, trail.sequence - end.sequence));
      if (page.length === 0) broken = { sequence: end.sequence + 1, reason: 'missing' };
      for (const event of page) {
        await breathe();
        broken = breakAt(event, end, keys);
        if (broken) break;
        end = event;
      }
    }
    broken ??= brokenEnd(trail, end);
    return {
      events: end.sequence - trail.removed_until,
      removedUntil: trail.removed_until,
      lastSequence: trail.sequence,
      lastHash: trail.hash === null ? null : hex(trail.hash),
      broken: broken ?? null,
    };
  }

  /** Whether the trail ends where it says, once all of its events are found whole. */
  function brokenEnd(trail: TrailAsFound, end: ChainEnd): ChainBreak | undefined {
    if ((trail.last ?? 0) > trail.sequence) return { sequence: trail.sequence + 1, reason: 'unrecorded' };
    const hashes = [trail.hash, end.hash].map((hash) => (hash === null ? '' : hex(hash)));
    if (hashes[0] !== hashes[1]) return { sequence: trail.sequence, reason: 'end_forged' };
    return breakOfTrail(trail, keys);
  }

  function readAfter(actor: Actor, end: ChainEnd, limit: number): Promise<EventRow[]> {
    return uow.read(actor, (tx) => after(tx, trailOf(actor), end, limit));
  }

  function after(tx: Tx, organizationId: string, end: ChainEnd, limit: number): Promise<EventRow[]> {
    const position = { after: end.sequence };
    return listEvents(tx, { organizationId, filter: {}, position, limit, order: 'oldest' });
  }

  function removeBefore(actor: Actor, before: Date, most: number): Promise<Removal> {
    return removeOldest(actor, most, (event) => Date.parse(event.occurred_at) < before.getTime());
  }

  function forget(actor: Actor, most: number): Promise<Removal> {
    return removeOldest(actor, most, () => true);
  }

  function removeOldest(actor: Actor, most: number, mayGo: (event: EventRow) => boolean): Promise<Removal> {
    return uow.write(actor, async (tx) => {
      const trail = await lockTrail(tx, trailOf(actor));
      const beginning = beginningOf(trail);
      const oldest = await after(tx, trail.organization_id, beginning, most);
      const kept = oldest.findIndex((event) => !mayGo(event));
      const old = kept === -1 ? oldest : oldest.slice(0, kept);
      const last = old.at(-1);
      if (!last) return { removed: 0, broken: null };
      let broken = breakOfTrail(trail, keys) ?? breakAmong(old, beginning);
      const shorter = {
        ...trail,
        removed_until: last.sequence,
        removed_hash: last.hash,
        key_id: keys.current.id,
      };
      await moveBeginning(tx, { ...shorter, seal: trailSeal(shorter, keys.current) });
      const removed = await removeBeforeBeginning(tx);
      if (removed < old.length)
        throw new Error(`${removed} audit events were removed instead of ${old.length}`);
      if (removed > old.length) broken ??= { sequence: beginning.sequence, reason: 'unrecorded' };
      return { removed, broken: broken ?? null };
    });
  }

  function breakAmong(events: readonly EventRow[], beginning: ChainEnd): ChainBreak | undefined {
    let end = beginning;
    for (const event of events) {
      const broken = breakAt(event, end, keys);
      if (broken) return broken;
      end = event;
    }
    return undefined;
  }

  function trails(actor: Actor, afterId: string | undefined, limit: number): Promise<readonly FoundTrail[]> {
    return uow.read(actor, (tx) => listTrails(tx, afterId, limit));
  }
}

/** Somebody put an event where retention had removed all of them. */
function brokenBeginning({ first, removed_until }: TrailAsFound): ChainBreak | undefined {
  return first !== undefined && first <= removed_until
    ? { sequence: first, reason: 'unrecorded' }
    : undefined;
}

function trailOf(actor: Actor): string {
  return actor.organizationId ?? INSTANCE_TRAIL;
}

function emptyTrail(organizationId: string): TrailRow {
  return {
    organization_id: organizationId,
    sequence: 0,
    hash: null,
    removed_until: 0,
    removed_hash: null,
    seal: null,
    key_id: null,
  };
}

function beginningOf(trail: TrailRow): ChainEnd {
  return { sequence: trail.removed_until, hash: trail.removed_hash };
}

/** What is asked for goes through the same hands as what was recorded: nothing that PostgreSQL could refuse is left. */
function asRecorded(filter: AuditFilter): AuditFilter {
  const { targetType, targetId, address, ...rest } = filter;
  return {
    ...rest,
    targetType: recordableWord(targetType) ?? undefined,
    targetId: recordableWord(targetId) ?? undefined,
    address: recordableWord(address) ?? undefined,
  };
}

function toEvent(row: EventRow): AuditEvent {
  const { target_type: type, target_id: id, before, after, details } = row;
  return {
    id: row.id,
    sequence: row.sequence,
    occurredAt: row.occurred_at,
    action: row.action,
    outcome: row.outcome,
    actorKind: row.actor_kind,
    userId: row.user_id,
    credentialId: row.credential_id,
    address: row.address,
    requestId: row.request_id,
    hash: hex(row.hash),
    ...(type !== null && id !== null ? { target: { type, id } } : {}),
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
    ...(details === null ? {} : { details }),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
