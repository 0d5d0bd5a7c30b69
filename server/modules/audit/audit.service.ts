import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { cutPage, invalidCursor, type Page } from '../../kernel/page.ts';
import {
  type AuditFilter,
  type AuditLog,
  type AuditTrail,
  type ChainBreak,
  type FoundTrail,
  INSTANCE_TRAIL,
  type Removal,
  type Verification,
} from '../../platform/audit/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import { requireInstance, requireReader } from './audit.policy.ts';
import {
  type EventView,
  type ExportFormat,
  type FilterQuery,
  type ListQuery,
  toEventView,
} from './audit.schemas.ts';
import type { AuditApi, TrailVerification } from './index.ts';

const DEFAULT_LIMIT = 20;
/** Events, trails and removals that are in memory or in one transaction at a time. */
const BATCH = 500;

/** One trail, for those who may read it. */
export interface TrailReading {
  /** Newest first. Throws `request.invalid_cursor`, `request.invalid_time`. */
  list(actor: Actor, query: ListQuery): Promise<Page<EventView>>;
  /** Says in the trail that it was exported, and gives its pages, oldest event first. */
  exportAll(
    actor: Actor,
    format: ExportFormat,
    filter: FilterQuery,
  ): Promise<AsyncIterable<readonly EventView[]>>;
  verify(actor: Actor, signal: AbortSignal): Promise<Verification>;
}

export interface AuditService extends Omit<AuditApi, 'selfCheck' | 'lastSelfCheck'> {
  /** The trail of the actor's organization, for its admins. */
  readonly ofOrganization: TrailReading;
  /** The instance's own trail, for operators. */
  readonly ofInstance: TrailReading;
}

export interface AuditServiceDependencies {
  readonly uow: UnitOfWork;
  readonly log: AuditLog;
  readonly trail: AuditTrail;
  readonly clock: Clock;
  /** 0: for ever. */
  readonly retentionDays: number;
}

export function createAuditService(dependencies: AuditServiceDependencies): AuditService {
  const { uow, log, trail, clock, retentionDays } = dependencies;
  return {
    ofOrganization: readingAs(requireReader),
    ofInstance: readingAs(requireInstance),
    verifyAll,
    exportTrail,
    sweep,
  };

  /** `requireRights` gives as whom the trail is read, or refuses. */
  function readingAs(requireRights: (actor: Actor) => Actor): TrailReading {
    return {
      list: (actor, query) => pageOf(requireRights(actor), query),
      exportAll: (actor, format, query) => exportAs(requireRights(actor), actor, format, query),
      verify: (actor, signal) => log.verify(requireRights(actor), signal),
    };
  }

  async function pageOf(reader: Actor, { limit = DEFAULT_LIMIT, cursor, ...query }: ListQuery) {
    const before = cursor === undefined ? undefined : decodeCursor(cursor);
    const events = await log.list(reader, filterOf(query), { before }, limit + 1);
    return cutPage(events, limit, ({ sequence }) => encodeCursor(sequence), toEventView);
  }

  /** `reader`: as whom the trail is read; `actor`: who does it. */
  async function exportAs(reader: Actor, actor: Actor, format: ExportFormat, query: FilterQuery) {
    const filter = filterOf(query);
    await uow.write(reader, (tx) =>
      trail.record(tx, actor, {
        action: 'audit.exported',
        organizationId: reader.organizationId,
        details: { format, filter: query },
      }),
    );
    // The trail goes on growing: the export ends with the entry about itself.
    const [newest] = await log.list(reader, {}, {}, 1);
    return pagesOf(reader, filter, (newest?.sequence ?? 0) + 1);
  }

  async function* pagesOf(reader: Actor, filter: AuditFilter, before: number) {
    let after = 0;
    for (;;) {
      const events = await log.list(reader, filter, { after, before }, BATCH, 'oldest');
      const last = events.at(-1);
      if (!last) return;
      yield events.map(toEventView);
      after = last.sequence;
    }
  }

  async function* verifyAll(
    actor: Actor,
    organizationId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<TrailVerification> {
    const instance = requireInstance(actor);
    for await (const { id } of organizationId === undefined ? trails(instance) : [{ id: organizationId }]) {
      const verification = await log.verify(readerOf(instance, id), signal);
      yield { ...verification, organizationId: organizationIdOf(id) };
    }
  }

  function exportTrail(actor: Actor, organizationId: string | null, format: ExportFormat) {
    const instance = requireInstance(actor);
    return exportAs(readerOf(instance, organizationId ?? INSTANCE_TRAIL), actor, format, {});
  }

  async function sweep(actor: Actor, signal: AbortSignal): Promise<number> {
    const instance = requireInstance(actor);
    const before = new Date(clock().getTime() - retentionDays * 86_400_000);
    let total = 0;
    for await (const { id, abandoned } of trails(instance)) {
      const reader = readerOf(instance, id);
      if (abandoned) total += await forget(instance, reader, signal);
      else if (retentionDays > 0) total += await expire(reader, before, signal);
    }
    return total;
  }

  async function expire(reader: Actor, before: Date, signal: AbortSignal): Promise<number> {
    const { removed, ...details } = await inBatches(() => log.removeBefore(reader, before, BATCH), signal);
    if (removed > 0)
      await uow.write(reader, (tx) =>
        trail.record(tx, reader, {
          action: 'audit.expired',
          organizationId: reader.organizationId,
          details: { events: removed, before: before.toISOString(), ...details },
        }),
      );
    return removed;
  }

  /** Of an organization that is gone: what remains to be said is said in the instance's trail. */
  async function forget(instance: Actor, reader: Actor, signal: AbortSignal): Promise<number> {
    const { removed, ...details } = await inBatches(() => log.forget(reader, BATCH), signal);
    await uow.write(instance, (tx) =>
      trail.record(tx, instance, {
        action: 'audit.forgotten',
        organizationId: null,
        target: { type: 'organization', id: reader.organizationId ?? INSTANCE_TRAIL },
        details: { events: removed, ...details },
      }),
    );
    return removed;
  }

  async function* trails(instance: Actor): AsyncGenerator<FoundTrail> {
    let after: string | undefined;
    for (;;) {
      const page = await log.trails(instance, after, BATCH);
      yield* page;
      if (page.length < BATCH) return;
      after = page.at(-1)?.id;
    }
  }
}

/** Until a batch is not full. `broken`: the first thing that was wrong, where there was one. */
async function inBatches(
  next: () => Promise<Removal>,
  signal: AbortSignal,
): Promise<{ readonly removed: number; readonly broken?: ChainBreak }> {
  let removed = 0;
  let broken: ChainBreak | null = null;
  for (;;) {
    signal.throwIfAborted();
    const batch = await next();
    removed += batch.removed;
    broken ??= batch.broken;
    if (batch.removed < BATCH) return { removed, ...(broken ? { broken } : {}) };
  }
}

function readerOf(instance: Actor, trailId: string): Actor {
  return trailId === INSTANCE_TRAIL
    ? instanceActor(instance.requestId)
    : systemActor(trailId, instance.requestId);
}

function organizationIdOf(trailId: string): string | null {
  return trailId === INSTANCE_TRAIL ? null : trailId;
}

function filterOf({ from, until, ...rest }: FilterQuery): AuditFilter {
  return {
    ...rest,
    from: from === undefined ? undefined : timeOf('from', from),
    until: until === undefined ? undefined : timeOf('until', until),
  };
}

/** Nothing was recorded before 1970, and PostgreSQL knows no year 0. */
function timeOf(path: string, text: string): Date {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) {
    throw new AppError({
      kind: 'invalid',
      code: 'request.invalid_time',
      safeMessage: 'This is no time of the calendar.',
      errors: [{ path, message: 'is no time of the calendar' }],
    });
  }
  return new Date(Math.max(0, milliseconds));
}

function encodeCursor(sequence: number): string {
  return Buffer.from(`audit:${sequence}`).toString('base64url');
}

function decodeCursor(cursor: string): number {
  const match = /^audit:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw invalidCursor();
  return Number(match[1]);
}
