import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { AUDIT_KEY, type AuditWorld, auditWorld } from '../../testing/audit-world.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { deriveKeys } from '../auth/index.ts';
import { createAuditLog, createAuditTrail } from './index.ts';

const otherKey = deriveKeys('another secret of the tests, long enough').auditTrail;
const signal = new AbortController().signal;
const DAY = 86_400_000;

/** That tampering is found, and that retention does not look like it, on every database. */
export function auditChainContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`audit chain: ${name}`, () => {
    let db: TestDatabase;
    let world: AuditWorld;

    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());
    beforeEach(async () => {
      world = await auditWorld(db);
    });

    describe('tampering is found', () => {
      const here = 'where organization_id = $1 and sequence';
      test.each([
        ['a changed action', [`update audit_events set action = 'thing.undone' ${here} = 3`], 3, 'changed'],
        [
          'a changed person',
          [`update audit_events set user_id = gen_random_uuid() ${here} = 2`],
          2,
          'changed',
        ],
        ['a changed address', [`update audit_events set address = '192.0.2.9' ${here} = 1`], 1, 'changed'],
        [
          'a microsecond',
          [`update audit_events set occurred_at = occurred_at + interval '1 microsecond' ${here} = 4`],
          4,
          'changed',
        ],
        ['changed details', [`update audit_events set details = '{"n": 30}' ${here} = 3`], 3, 'changed'],
        ['a removed event', [`delete from audit_events ${here} = 3`], 3, 'missing'],
        ['the first event removed', [`delete from audit_events ${here} = 1`], 1, 'missing'],
        ['the last event removed', [`delete from audit_events ${here} = 5`], 5, 'missing'],
        ['everything removed', ['delete from audit_events where organization_id = $1'], 1, 'missing'],
        [
          'two events in each other’s place',
          [
            `update audit_events set sequence = 100 ${here} = 2`,
            `update audit_events set sequence = 2 ${here} = 3`,
            `update audit_events set sequence = 3 ${here} = 100`,
          ],
          2,
          'changed',
        ],
        [
          'an event removed and the rest moved up',
          [
            `delete from audit_events ${here} = 3`,
            `update audit_events set sequence = 3 ${here} = 4`,
            `update audit_events set sequence = 4 ${here} = 5`,
          ],
          3,
          'changed',
        ],
        [
          'an event behind the end',
          [
            `insert into audit_events select organization_id, 6, id, occurred_at, action, outcome, actor_kind, user_id,
              credential_id, address, request_id, target_type, target_id, before, after, details, hash, hash, key_id
              from audit_events ${here} = 5`,
          ],
          6,
          'unrecorded',
        ],
        [
          'the end cut off and the head set back',
          [
            `update audit_trails set sequence = 3, hash = (select hash from audit_events ${here} = 3) where organization_id = $1`,
            `delete from audit_events ${here} > 3`,
          ],
          3,
          'end_forged',
        ],
        [
          'the beginning cut off as if by retention',
          [
            `update audit_trails set removed_until = 2, removed_hash = (select hash from audit_events ${here} = 2) where organization_id = $1`,
            `delete from audit_events ${here} <= 2`,
          ],
          5,
          'end_forged',
        ],
        ['a trail without its end', ['delete from audit_trails where organization_id = $1'], 1, 'unrecorded'],
      ])('%s', async (_what, statements, sequence, reason) => {
        await world.recordMany(5);
        expect(await world.brokenAt()).toBeNull();
        await world.tamper(...statements);
        expect(await world.brokenAt()).toEqual({ sequence, reason });
      });

      test('a forged end stays visible when the product goes on', async () => {
        await world.recordMany(3);
        await world.tamper(
          `update audit_trails set sequence = 2, hash = (select hash from audit_events ${here} = 2) where organization_id = $1`,
          `delete from audit_events ${here} > 2`,
        );
        await world.recordMany(2);
        expect(await world.brokenAt()).toEqual({ sequence: 3, reason: 'end_forged' });
        expect(await world.log.list(world.actor, { action: 'audit.trail_broken' }, {}, 10)).toMatchObject([
          { sequence: 3, outcome: 'denied', details: { sequence: 2 } },
        ]);
      });

      test('events of another secret are not those of ours, unless it was ours before', async () => {
        await world.recordMany(2);
        const later = createAuditTrail({
          key: otherKey,
          formerKeys: [AUDIT_KEY],
          clock: () => world.now,
          ids: newId,
        });
        await world.record({}, later);
        const { uow } = db.database;
        const keys = [
          createAuditLog({ key: otherKey, formerKeys: [AUDIT_KEY], uow }),
          createAuditLog({ key: AUDIT_KEY, uow }),
          createAuditLog({ key: otherKey, uow }),
        ];
        const broken = await Promise.all(
          keys.map(async (one) => (await one.verify(world.actor, signal)).broken),
        );
        expect(broken).toEqual([
          null,
          { sequence: 3, reason: 'unknown_key' },
          { sequence: 1, reason: 'unknown_key' },
        ]);
      });
    });

    describe('retention', () => {
      test('removes the oldest events in batches, and what is left verifies', async () => {
        await world.recordMany(7);
        world.now = new Date('2026-05-01T00:00:00Z');
        await world.recordMany(3);
        const cutoff = new Date('2026-04-01T00:00:00Z');
        expect(await world.log.removeBefore(world.actor, cutoff, 5)).toEqual({ removed: 5, broken: null });
        expect(await world.log.removeBefore(world.actor, cutoff, 5)).toEqual({ removed: 2, broken: null });
        expect(await world.log.removeBefore(world.actor, cutoff, 5)).toEqual({ removed: 0, broken: null });
        expect(await world.log.verify(world.actor, signal)).toMatchObject({
          events: 3,
          removedUntil: 7,
          lastSequence: 10,
          broken: null,
        });
        await world.record();
        expect(await world.brokenAt()).toBeNull();
      });

      test('an event put where others were removed is found, and goes with the next removal', async () => {
        await world.recordMany(4);
        const cutoff = new Date('2026-04-01T00:00:00Z');
        await world.log.removeBefore(world.actor, cutoff, 2);
        await world.tamper(
          `insert into audit_events select organization_id, 1, id, occurred_at, action, outcome, actor_kind, user_id,
            credential_id, address, request_id, target_type, target_id, before, after, details, hash, hash, key_id
            from audit_events where organization_id = $1 and sequence = 3`,
        );
        expect(await world.brokenAt()).toEqual({ sequence: 1, reason: 'unrecorded' });
        expect(await world.log.removeBefore(world.actor, cutoff, 2)).toEqual({
          removed: 3,
          broken: { sequence: 2, reason: 'unrecorded' },
        });
      });

      test('can remove a whole trail, which then goes on', async () => {
        await world.recordMany(2);
        expect(await world.log.removeBefore(world.actor, new Date('2026-04-01T00:00:00Z'), 5)).toMatchObject({
          removed: 2,
        });
        expect(await world.log.verify(world.actor, signal)).toMatchObject({
          events: 0,
          lastSequence: 2,
          broken: null,
        });
        await world.record();
        expect(await world.log.verify(world.actor, signal)).toMatchObject({
          events: 1,
          lastSequence: 3,
          broken: null,
        });
      });

      test('whoever verifies meanwhile, while others write, sees a whole trail', async () => {
        await world.recordMany(60);
        const cutoff = new Date('2026-04-01T00:00:00Z');
        const writing = Array.from({ length: 30 }, () => world.record());
        const removing = Array.from({ length: 10 }, () => world.log.removeBefore(world.actor, cutoff, 5));
        const verifying = Array.from({ length: 30 }, () => world.brokenAt());
        await Promise.all([...writing, ...removing]);
        expect(await Promise.all(verifying)).toEqual(verifying.map(() => null));
        expect(await world.log.verify(world.actor, signal)).toMatchObject({
          events: 40,
          removedUntil: 50,
          lastSequence: 90,
        });
      });

      test('the trail of an organization that is gone is forgotten, and does not begin anew', async () => {
        world.now = new Date();
        await world.recordMany(3);
        const { log, actor } = world;
        const instance = instanceActor('request-2');
        const ours = async () =>
          (await log.trails(instance, undefined, 1000)).find(({ id }) => id === world.organizationId);
        await expect(log.forget(actor, 2)).rejects.toThrow(/0 audit events were removed/);
        await db.owner('delete from organizations where id = $1', [world.organizationId]);
        expect(await ours()).toMatchObject({ abandoned: true });
        expect(await log.forget(actor, 2)).toEqual({ removed: 2, broken: null });
        expect(await log.forget(actor, 2)).toEqual({ removed: 1, broken: null });
        expect(await ours()).toMatchObject({ abandoned: false });
        expect(await world.stored()).toEqual([]);
        await db.owner("insert into organizations (id, name) values ($1, 'Here again')", [
          world.organizationId,
        ]);
        await world.record();
        expect(await log.verify(actor, signal)).toMatchObject({
          events: 1,
          removedUntil: 3,
          lastSequence: 4,
        });
      });

      test('says what was wrong with what it removes', async () => {
        await world.recordMany(3);
        await world.tamper(
          `update audit_events set action = 'thing.undone' where organization_id = $1 and sequence = 2`,
        );
        expect(await world.log.removeBefore(world.actor, new Date('2026-04-01T00:00:00Z'), 5)).toEqual({
          removed: 3,
          broken: { sequence: 2, reason: 'changed' },
        });
      });

      test('an event that is too young stops it, and nothing is half done', async () => {
        world.now = new Date(Date.now() - 10 * DAY);
        await world.recordMany(2);
        await expect(world.log.removeBefore(world.actor, new Date(), 5)).rejects.toThrow(
          /0 audit events were removed/,
        );
        expect(await world.log.verify(world.actor, signal)).toMatchObject({
          events: 2,
          removedUntil: 0,
          broken: null,
        });
      });
    });
  });
}
