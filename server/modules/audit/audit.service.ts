import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { invalidCursor, type Page } from '../../kernel/page.ts';
import {
  type AuditFilter,
  type AuditLog,
  type AuditTrail,
  INSTANCE_TRAIL,
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

export interface AuditService extends AuditApi {
  /** The organization's trail, newest first. Throws `request.invalid_cursor`, `request.invalid_time`. */
  list(actor: Actor, query: ListQuery): Promise<Page<EventView>>;
  /** The same of the instance's own trail. */
  listInstance(actor: Actor, query: ListQuery): Promise<Page<EventView>>;
  /** Says in the trail that it was exported, and gives its pages, oldest event first. */
  exportAll(
    actor: Actor,
    format: ExportFormat,
    filter: FilterQuery,
  ): Promise<AsyncIterable<readonly EventView[]>>;
  verify(actor: Actor, signal: AbortSignal): Promise<Verification>;
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
  return { list, listInstance, exportAll, verify, verifyAll, exportTrail, sweep };

  function list(actor: Actor, query: ListQuery): Promise<Page<EventView>> {
    return pageOf(requireReader(actor), query);
  }

  function listInstance(actor: Actor, query: ListQuery): Promise<Page<EventView>> {
    return pageOf(requireInstance(actor), query);
  }

  async function pageOf(reader: Actor, { limit = DEFAULT_LIMIT, cursor, ...query }: ListQuery) {
    const before = cursor === undefined ? undefined : decodeCursor(cursor);
    const events = await log.list(reader, filterOf(query), { before }, limit + 1);
    const items = events.slice(0, limit).map(toEventView);
    const last = items.at(-1);
    return { items, nextCursor: last && events.length > limit ? encodeCursor(last.sequence) : null };
  }

  function exportAll(actor: Actor, format: ExportFormat, query: FilterQuery) {
    return exportAs(requireReader(actor), actor, format, query);
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

  function verify(actor: Actor, signal: AbortSignal): Promise<Verification> {
    return log.verify(requireReader(actor), signal);
  }

  async function* verifyAll(
    actor: Actor,
    organizationId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<TrailVerification> {
    const instance = requireInstance(actor);
    for await (const id of organizationId === undefined ? trailIds(instance) : [organizationId]) {
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
    if (retentionDays === 0) return 0;
    const before = new Date(clock().getTime() - retentionDays * 86_400_000);
    let total = 0;
    for await (const id of trailIds(instance))
      total += await sweepTrail(readerOf(instance, id), before, signal);
    return total;
  }

  async function sweepTrail(reader: Actor, before: Date, signal: AbortSignal): Promise<number> {
    let events = 0;
    let broken: Verification['broken'] = null;
    for (;;) {
      signal.throwIfAborted();
      const batch = await log.removeBefore(reader, before, BATCH);
      events += batch.removed;
      broken ??= batch.broken;
      if (batch.removed < BATCH) break;
    }
    if (events === 0) return 0;
    await uow.write(reader, (tx) =>
      trail.record(tx, reader, {
        action: 'audit.expired',
        organizationId: reader.organizationId,
        details: { events, before: before.toISOString(), ...(broken ? { broken } : {}) },
      }),
    );
    return events;
  }

  async function* trailIds(instance: Actor): AsyncGenerator<string> {
    let after: string | undefined;
    for (;;) {
      const ids = await log.trails(instance, after, BATCH);
      yield* ids;
      if (ids.length < BATCH) return;
      after = ids.at(-1);
    }
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
