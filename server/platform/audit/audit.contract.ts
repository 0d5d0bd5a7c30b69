import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { deriveKeys } from '../auth/index.ts';
import { type AuditEntry, createAuditLog, createAuditTrail, INSTANCE_TRAIL } from './index.ts';

const key = deriveKeys('a secret of the tests, long enough').auditTrail;
const otherKey = deriveKeys('another secret of the tests, long enough').auditTrail;
const signal = new AbortController().signal;
const DAY = 86_400_000;

/** What the trail promises, on every database. */
export function auditContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`audit trail: ${name}`, () => {
    let db: TestDatabase;
    let now: Date;
    let organizationId: string;
    let actor: Actor;
    const clock = () => now;
    const trail = createAuditTrail({ key, clock, ids: newId });

    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());
    beforeEach(() => {
      now = new Date('2026-03-01T12:00:00.120Z');
      organizationId = newId();
      actor = systemActor(organizationId, 'request-1');
    });

    const log = () => createAuditLog({ key, uow: db.database.uow });
    const record = (entry: Partial<AuditEntry> = {}, by = trail) =>
      db.database.uow.write(actor, (tx) =>
        by.record(tx, actor, { action: 'thing.done', organizationId, ...entry }),
      );
    const recordMany = async (count: number) => {
      for (let n = 1; n <= count; n++) await record({ details: { n } });
    };
    const stored = () =>
      db.owner('select * from audit_events where organization_id = $1 order by sequence', [organizationId]);
    const brokenAt = async () => (await log().verify(actor, signal)).broken;

    /** As somebody who owns the database, past grants and triggers. */
    async function tamper(...statements: readonly string[]): Promise<void> {
      const tables = ['audit_events', 'audit_trails'];
      for (const table of tables) await db.owner(`alter table ${table} disable trigger user`);
      for (const text of statements) await db.owner(text.replaceAll('$1', `'${organizationId}'`));
      for (const table of tables) await db.owner(`alter table ${table} enable trigger user`);
    }

    describe('recording', () => {
      test('an act leaves who, what, on what, from where and when', async () => {
        actor = { ...actor, kind: 'user', userId: newId(), credentialId: newId(), address: '192.0.2.7' };
        await record({
          action: 'member.role_changed',
          target: { type: 'user', id: 'somebody' },
          before: { role: 'guest' },
          after: { role: 'admin' },
        });
        await record({ action: 'session.refused', outcome: 'denied' });
        const [second, first] = await log().list(actor, {}, {}, 10);
        expect(first).toEqual({
          id: expect.any(String),
          sequence: 1,
          occurredAt: '2026-03-01T12:00:00.12Z',
          action: 'member.role_changed',
          outcome: 'succeeded',
          actorKind: 'user',
          userId: actor.userId,
          credentialId: actor.credentialId,
          address: '192.0.2.7',
          requestId: 'request-1',
          target: { type: 'user', id: 'somebody' },
          before: { role: 'guest' },
          after: { role: 'admin' },
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        });
        expect(second).toMatchObject({ sequence: 2, outcome: 'denied' });
      });

      test('what is rolled back leaves no trace', async () => {
        const failing = db.database.uow.write(actor, async (tx) => {
          await trail.record(tx, actor, { action: 'thing.done', organizationId });
          throw new Error('on purpose');
        });
        await expect(failing).rejects.toThrow('on purpose');
        expect(await stored()).toEqual([]);
        await record();
        expect(await log().verify(actor, signal)).toMatchObject({ events: 1, broken: null });
      });

      test('fifty writers at once make one unbroken chain', async () => {
        await Promise.all(Array.from({ length: 50 }, (_, n) => record({ details: { n } })));
        expect(await log().verify(actor, signal)).toMatchObject({
          events: 50,
          lastSequence: 50,
          broken: null,
        });
        const numbers = (await stored()).map(({ details }) => (details as { n: number }).n);
        expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      });

      test('texts that a database could refuse, and a megabyte, are kept as far as they can be', async () => {
        actor = {
          ...actor,
          requestId: `r\0${'é'.repeat(500)}`,
          address: '\ud800',
          credentialId: 'x'.repeat(1e6),
        };
        await record({
          target: { type: 'thing', id: '\0' },
          details: { nul: '\0', half: '\udc00', long: 'y'.repeat(1_000_000), '\0': 1, __proto__: 2 },
          after: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`member ${n}`, n])),
        });
        expect(await log().verify(actor, signal)).toMatchObject({ events: 1, broken: null });
        const [event] = await log().list(actor, {}, {}, 1);
        expect(event).toMatchObject({
          address: '\ufffd',
          target: { id: '\ufffd' },
          details: { nul: '\ufffd', half: '\ufffd', long: `${'y'.repeat(2000)}…[cut]`, '\ufffd': 1 },
          after: { cut: true, bytes: expect.any(Number), beginning: expect.stringContaining('member 0') },
        });
        expect(JSON.stringify(event).length).toBeLessThan(20_000);
      });

      test('any JSON verifies as it was recorded', async () => {
        await fc.assert(
          fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), async (details) => {
            await record({ details: details as Record<string, unknown> });
            expect(await brokenAt()).toBeNull();
          }),
          { numRuns: 40 },
        );
      });

      test('an action has a name of the catalogue’s form', async () => {
        for (const action of ['', 'done', 'Thing.done', 'thing.', "thing.'; drop"])
          await expect(record({ action })).rejects.toThrow(TypeError);
      });
    });

    describe('append-only', () => {
      test.each([
        "update audit_events set action = 'thing.undone'",
        'delete from audit_events',
        'truncate audit_events',
        'delete from audit_trails',
        'truncate audit_trails',
        'alter table audit_events disable trigger all',
      ])('the app may not: %s', async (text) => {
        await record();
        const attempt = db.database.uow.write(actor, (tx) => db.database.executor(tx).execute(text));
        await expect(attempt).rejects.toThrow(/permission denied|must be owner/);
        expect(await stored()).toHaveLength(1);
      });

      test.each([
        ["update audit_events set action = 'thing.undone'", /append-only/],
        ['delete from audit_events', /append-only/],
        ['truncate audit_events', /append-only/],
        ['delete from audit_trails', /append-only/],
        ['update audit_trails set sequence = sequence - 1 where sequence > 0', /does not go back/],
      ])('nor the owner by accident: %s', async (text, refusal) => {
        await record();
        await expect(db.owner(text)).rejects.toThrow(refusal);
      });

      test('the app cannot remove what retention has not reached, whatever it says has been removed', async () => {
        now = new Date(Date.now() - 10 * DAY);
        await record();
        const attempt = db.database.uow.write(actor, async (tx) => {
          const sql = db.database.executor(tx);
          await sql.execute('update audit_trails set removed_until = 1');
          return sql.execute('select audit_remove() as removed');
        });
        expect((await attempt).rows).toEqual([{ removed: 0 }]);
        expect(await stored()).toHaveLength(1);
        expect(await brokenAt()).toEqual({ sequence: 1, reason: 'end_forged' });
      });
    });

    describe('one organization and another', () => {
      test('nobody reads a trail but as its organization', async () => {
        await record();
        const stranger = systemActor(newId(), 'request-2');
        expect(await log().list(stranger, {}, {}, 10)).toEqual([]);
        expect(await log().verify(stranger, signal)).toMatchObject({ events: 0, lastSequence: 0 });
        const all = 'select * from audit_events';
        for (const reader of [stranger, { ...stranger, organizationId: null, kind: 'public' } as Actor]) {
          const read = db.database.uow.read(reader, (tx) => db.database.executor(tx).execute(all));
          expect((await read).rows).toEqual([]);
        }
        const instance = await log().list(instanceActor('request-3'), {}, {}, 100);
        expect(instance.every((event) => event.requestId !== 'request-1')).toBe(true);
      });

      test('nobody writes into another’s trail, or into the instance’s', async () => {
        for (const foreign of [newId(), null])
          await expect(record({ organizationId: foreign })).rejects.toThrow(/row-level security/);
      });

      test('the instance keeps a trail of its own, and writes into those of organizations', async () => {
        const instance = instanceActor('request-4');
        await db.database.uow.write(instance, async (tx) => {
          await trail.record(tx, instance, { action: 'session.opened', organizationId });
          await trail.record(tx, instance, { action: 'instance.changed', organizationId: null });
        });
        expect(await log().list(instance, {}, {}, 1)).toMatchObject([{ action: 'instance.changed' }]);
        expect(await log().list(actor, {}, {}, 10)).toMatchObject([{ action: 'session.opened' }]);
        expect(await log().trails(instance, undefined, 1000)).toEqual(
          expect.arrayContaining([INSTANCE_TRAIL, organizationId]),
        );
      });
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
        await recordMany(5);
        expect(await brokenAt()).toBeNull();
        await tamper(...statements);
        expect(await brokenAt()).toEqual({ sequence, reason });
      });

      test('a forged end stays visible when the product goes on', async () => {
        await recordMany(3);
        await tamper(
          `update audit_trails set sequence = 2, hash = (select hash from audit_events ${here} = 2) where organization_id = $1`,
          `delete from audit_events ${here} > 2`,
        );
        await recordMany(2);
        expect(await brokenAt()).toEqual({ sequence: 3, reason: 'end_forged' });
        expect(await log().list(actor, { action: 'audit.trail_broken' }, {}, 10)).toMatchObject([
          { sequence: 3, outcome: 'denied', details: { sequence: 2 } },
        ]);
      });

      test('events of another secret are not those of ours, unless it was ours before', async () => {
        await recordMany(2);
        const later = createAuditTrail({ key: otherKey, formerKeys: [key], clock, ids: newId });
        await record({}, later);
        const { uow } = db.database;
        const keys = [
          createAuditLog({ key: otherKey, formerKeys: [key], uow }),
          createAuditLog({ key, uow }),
          createAuditLog({ key: otherKey, uow }),
        ];
        const broken = await Promise.all(keys.map(async (one) => (await one.verify(actor, signal)).broken));
        expect(broken).toEqual([
          null,
          { sequence: 3, reason: 'unknown_key' },
          { sequence: 1, reason: 'unknown_key' },
        ]);
      });
    });

    describe('retention', () => {
      test('removes the oldest events in batches, and what is left verifies', async () => {
        await recordMany(7);
        now = new Date('2026-05-01T00:00:00Z');
        await recordMany(3);
        const cutoff = new Date('2026-04-01T00:00:00Z');
        expect(await log().removeBefore(actor, cutoff, 5)).toEqual({ removed: 5, broken: null });
        expect(await log().removeBefore(actor, cutoff, 5)).toEqual({ removed: 2, broken: null });
        expect(await log().removeBefore(actor, cutoff, 5)).toEqual({ removed: 0, broken: null });
        expect(await log().verify(actor, signal)).toMatchObject({
          events: 3,
          removedUntil: 7,
          lastSequence: 10,
          broken: null,
        });
        await record();
        expect(await brokenAt()).toBeNull();
      });

      test('can remove a whole trail, which then goes on', async () => {
        await recordMany(2);
        expect(await log().removeBefore(actor, new Date('2026-04-01T00:00:00Z'), 5)).toMatchObject({
          removed: 2,
        });
        expect(await log().verify(actor, signal)).toMatchObject({ events: 0, lastSequence: 2, broken: null });
        await record();
        expect(await log().verify(actor, signal)).toMatchObject({ events: 1, lastSequence: 3, broken: null });
      });

      test('says what was wrong with what it removes', async () => {
        await recordMany(3);
        await tamper(
          `update audit_events set action = 'thing.undone' where organization_id = $1 and sequence = 2`,
        );
        expect(await log().removeBefore(actor, new Date('2026-04-01T00:00:00Z'), 5)).toEqual({
          removed: 3,
          broken: { sequence: 2, reason: 'changed' },
        });
      });

      test('an event that is too young stops it, and nothing is half done', async () => {
        now = new Date(Date.now() - 10 * DAY);
        await recordMany(2);
        await expect(log().removeBefore(actor, new Date(), 5)).rejects.toThrow(/0 audit events were removed/);
        expect(await log().verify(actor, signal)).toMatchObject({ events: 2, removedUntil: 0, broken: null });
      });
    });

    describe('finding', () => {
      const userId = newId();
      const sequences = async (filter: Parameters<ReturnType<typeof log>['list']>[1]) =>
        (await log().list(actor, filter, {}, 10)).map(({ sequence }) => sequence);

      beforeEach(async () => {
        await record({ action: 'session.opened', userId });
        now = new Date('2026-03-02T00:00:00Z');
        await record({ action: 'session.closed', target: { type: 'session', id: 's-1' } });
        actor = { ...actor, address: '2001:db8::1' };
        await record({ action: 'sessions.listed', outcome: 'denied' });
      });

      test.each([
        [{}, [3, 2, 1]],
        [{ action: 'session' }, [3, 2, 1]],
        [{ action: 'session.' }, [2, 1]],
        [{ action: 'session.closed' }, [2]],
        [{ action: 'session_' }, []],
        [{ userId }, [1]],
        [{ targetType: 'session', targetId: 's-1' }, [2]],
        [{ targetType: 'session', targetId: '\0' }, []],
        [{ outcome: 'denied' as const }, [3]],
        [{ address: '2001:db8::1' }, [3]],
        [{ from: new Date('2026-03-02T00:00:00Z') }, [3, 2]],
        [{ until: new Date('2026-03-02T00:00:00Z') }, [1]],
      ])('by %j', async (filter, found) => {
        expect(await sequences(filter)).toEqual(found);
      });

      test('a stretch of it, either way round', async () => {
        const [newest] = await log().list(actor, {}, { after: 1 }, 1);
        expect(newest?.sequence).toBe(3);
        const [oldest] = await log().list(actor, {}, { after: 1, before: 3 }, 10, 'oldest');
        expect(oldest?.sequence).toBe(2);
      });
    });
  });
}
