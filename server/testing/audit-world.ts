import { type Actor, systemActor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import {
  type AuditEntry,
  type AuditLog,
  type AuditTrail,
  type ChainBreak,
  createAuditLog,
  createAuditTrail,
} from '../platform/audit/index.ts';
import { deriveKeys } from '../platform/auth/index.ts';
import type { TestDatabase } from './database.ts';

export const AUDIT_KEY = deriveKeys('a secret of the tests, long enough').auditTrail;
const TABLES = ['audit_events', 'audit_trails'] as const;

/** A new organization with an empty trail, and a clock that stands still. */
export interface AuditWorld {
  readonly organizationId: string;
  readonly trail: AuditTrail;
  readonly log: AuditLog;
  actor: Actor;
  now: Date;
  record(entry?: Partial<AuditEntry>, by?: AuditTrail): Promise<void>;
  /** Events with `details: {n}`, from 1. */
  recordMany(count: number): Promise<void>;
  /** The rows, oldest first. */
  stored(): Promise<Record<string, unknown>[]>;
  brokenAt(): Promise<ChainBreak | null>;
  /** Runs statements as somebody who owns the database, past grants and triggers; `$1` is the organization. */
  tamper(...statements: readonly string[]): Promise<void>;
}

export async function auditWorld(db: TestDatabase): Promise<AuditWorld> {
  const organizationId = newId();
  await db.owner("insert into organizations (id, name) values ($1, 'Here')", [organizationId]);
  const { uow } = db.database;
  const world: AuditWorld = {
    organizationId,
    trail: createAuditTrail({ key: AUDIT_KEY, clock: () => world.now, ids: newId }),
    log: createAuditLog({ key: AUDIT_KEY, uow }),
    actor: systemActor(organizationId, 'request-1'),
    now: new Date('2026-03-01T12:00:00.120Z'),
    record: (entry = {}, by = world.trail) =>
      uow.write(world.actor, (tx) =>
        by.record(tx, world.actor, { action: 'thing.done', organizationId, ...entry }),
      ),
    recordMany: async (count) => {
      for (let n = 1; n <= count; n++) await world.record({ details: { n } });
    },
    stored: () =>
      db.owner('select * from audit_events where organization_id = $1 order by sequence', [organizationId]),
    brokenAt: async () => (await world.log.verify(world.actor, new AbortController().signal)).broken,
    tamper: async (...statements) => {
      for (const table of TABLES) await db.owner(`alter table ${table} disable trigger user`);
      for (const text of statements) await db.owner(text.replaceAll('$1', `'${organizationId}'`));
      for (const table of TABLES) await db.owner(`alter table ${table} enable trigger user`);
    },
  };
  return world;
}
