import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { type AuditWorld, auditWorld } from '../../testing/audit-world.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { type AuditLog, INSTANCE_TRAIL } from './index.ts';

const signal = new AbortController().signal;
const DAY = 86_400_000;

/** What the trail promises, on every database. */
export function auditContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`audit trail: ${name}`, () => {
    let db: TestDatabase;
    let world: AuditWorld;

    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());
    beforeEach(async () => {
      world = await auditWorld(db);
    });

    describe('recording', () => {
      test('an act leaves who, what, on what, from where and when', async () => {
        world.actor = {
          ...world.actor,
          kind: 'user',
          userId: newId(),
          credentialId: newId(),
          address: '192.0.2.7',
        };
        await world.record({
          action: 'member.role_changed',
          target: { type: 'user', id: 'somebody' },
          before: { role: 'guest' },
          after: { role: 'admin' },
        });
        await world.record({ action: 'session.refused', outcome: 'denied' });
        const [second, first] = await world.log.list(world.actor, {}, {}, 10);
        expect(first).toEqual({
          id: expect.any(String),
          sequence: 1,
          occurredAt: '2026-03-01T12:00:00.12Z',
          action: 'member.role_changed',
          outcome: 'succeeded',
          actorKind: 'user',
          userId: world.actor.userId,
          credentialId: world.actor.credentialId,
          address: '192.0.2.7',
          requestId: 'request-1',
          target: { type: 'user', id: 'somebody' },
          before: { role: 'guest' },
          after: { role: 'admin' },
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        });
        expect(second).toMatchObject({ sequence: 2, outcome: 'denied' });
      });

      test('an operator is named in the instance’s trail, and not in the organization’s', async () => {
        const named = { userId: newId(), credentialId: newId(), address: '192.0.2.7' };
        const operator: Actor = { ...instanceActor('request-5'), kind: 'operator', ...named };
        await db.database.uow.write(instanceActor('request-5'), async (tx) => {
          for (const organizationId of [null, world.organizationId])
            await world.trail.record(tx, operator, { action: 'thing.done', organizationId });
        });
        const [theirs] = await world.log.list(world.actor, {}, {}, 1);
        expect(theirs).toMatchObject({
          actorKind: 'operator',
          userId: null,
          credentialId: null,
          address: null,
        });
        const [ours] = await world.log.list(instanceActor('request-5'), { userId: named.userId }, {}, 1);
        expect(ours).toMatchObject({ actorKind: 'operator', ...named });
      });

      test('what is rolled back leaves no trace', async () => {
        const failing = db.database.uow.write(world.actor, async (tx) => {
          await world.trail.record(tx, world.actor, {
            action: 'thing.done',
            organizationId: world.organizationId,
          });
          throw new Error('on purpose');
        });
        await expect(failing).rejects.toThrow('on purpose');
        expect(await world.stored()).toEqual([]);
        await world.record();
        expect(await world.log.verify(world.actor, signal)).toMatchObject({ events: 1, broken: null });
      });

      test('fifty writers at once make one unbroken chain', async () => {
        await Promise.all(Array.from({ length: 50 }, (_, n) => world.record({ details: { n } })));
        expect(await world.log.verify(world.actor, signal)).toMatchObject({
          events: 50,
          lastSequence: 50,
          broken: null,
        });
        const numbers = (await world.stored()).map(({ details }) => (details as { n: number }).n);
        expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      });

      test('texts that a database could refuse, and a megabyte, are kept as far as they can be', async () => {
        world.actor = {
          ...world.actor,
          requestId: `r\0${'é'.repeat(500)}`,
          address: '\ud800',
          credentialId: 'x'.repeat(1e6),
        };
        await world.record({
          target: { type: 'thing', id: '\0' },
          details: { nul: '\0', half: '\udc00', long: 'y'.repeat(1_000_000), '\0': 1, __proto__: 2 },
          after: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`member ${n}`, n])),
        });
        expect(await world.log.verify(world.actor, signal)).toMatchObject({ events: 1, broken: null });
        const [event] = await world.log.list(world.actor, {}, {}, 1);
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
            await world.record({ details: details as Record<string, unknown> });
            expect(await world.brokenAt()).toBeNull();
          }),
          { numRuns: 40 },
        );
      });

      test('transactions that record in several trails, each in an order of its own, do not wait for each other', async () => {
        const elsewhere = (await auditWorld(db)).organizationId;
        const trails = [world.organizationId, elsewhere, null];
        const instance = instanceActor('test');
        const recorded = Array.from({ length: 30 }, (_, turn) =>
          db.database.uow.write(instance, async (tx) => {
            const order = [...trails.slice(turn % 3), ...trails.slice(0, turn % 3)];
            for (const organizationId of turn % 2 === 0 ? order : order.toReversed())
              await world.trail.record(tx, instance, {
                action: 'thing.done',
                organizationId,
                details: { turn },
              });
          }),
        );
        await Promise.all(recorded);
        expect(await world.log.verify(world.actor, signal)).toMatchObject({ events: 30, broken: null });
      });

      test('what one transaction records in one trail stays in its order', async () => {
        await db.database.uow.write(world.actor, async (tx) => {
          for (const n of [1, 2, 3])
            await world.trail.record(tx, world.actor, {
              action: 'thing.done',
              organizationId: world.organizationId,
              details: { n },
            });
        });
        const events = await world.log.list(world.actor, {}, {}, 10, 'oldest');
        expect(events.map(({ details }) => details)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      });

      test('an action has a name of the catalogue’s form', async () => {
        for (const action of ['', 'done', 'Thing.done', 'thing.', "thing.'; drop"])
          await expect(world.record({ action })).rejects.toThrow(TypeError);
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
        await world.record();
        const attempt = db.database.uow.write(world.actor, (tx) => db.database.executor(tx).execute(text));
        await expect(attempt).rejects.toThrow(/permission denied|must be owner/);
        expect(await world.stored()).toHaveLength(1);
      });

      test.each([
        ["update audit_events set action = 'thing.undone'", /append-only/],
        ['delete from audit_events', /append-only/],
        ['truncate audit_events', /append-only/],
        ['delete from audit_trails', /append-only/],
        ['update audit_trails set sequence = sequence - 1 where sequence > 0', /does not go back/],
      ])('nor the owner by accident: %s', async (text, refusal) => {
        await world.record();
        await expect(db.owner(text)).rejects.toThrow(refusal);
      });

      test('the app cannot remove what retention has not reached, whatever it says has been removed', async () => {
        world.now = new Date(Date.now() - 10 * DAY);
        await world.record();
        const attempt = db.database.uow.write(world.actor, async (tx) => {
          const sql = db.database.executor(tx);
          await sql.execute('update audit_trails set removed_until = 1');
          return sql.execute('select audit_remove() as removed');
        });
        expect((await attempt).rows).toEqual([{ removed: 0 }]);
        expect(await world.stored()).toHaveLength(1);
        expect(await world.brokenAt()).toEqual({ sequence: 1, reason: 'unrecorded' });
      });
    });

    describe('one organization and another', () => {
      test('nobody reads a trail but as its organization', async () => {
        await world.record();
        const stranger = systemActor(newId(), 'request-2');
        expect(await world.log.list(stranger, {}, {}, 10)).toEqual([]);
        expect(await world.log.verify(stranger, signal)).toMatchObject({ events: 0, lastSequence: 0 });
        const all = 'select * from audit_events';
        for (const reader of [stranger, { ...stranger, organizationId: null, kind: 'public' } as Actor]) {
          const read = db.database.uow.read(reader, (tx) => db.database.executor(tx).execute(all));
          expect((await read).rows).toEqual([]);
        }
        const instance = await world.log.list(instanceActor('request-3'), {}, {}, 100);
        expect(instance.every((event) => event.requestId !== 'request-1')).toBe(true);
      });

      test('nobody writes into another’s trail, or into the instance’s', async () => {
        for (const foreign of [newId(), null])
          await expect(world.record({ organizationId: foreign })).rejects.toThrow(/row-level security/);
      });

      test('the instance keeps a trail of its own, and writes into those of organizations', async () => {
        const instance = instanceActor('request-4');
        await db.database.uow.write(instance, async (tx) => {
          await world.trail.record(tx, instance, {
            action: 'session.opened',
            organizationId: world.organizationId,
          });
          await world.trail.record(tx, instance, { action: 'instance.changed', organizationId: null });
        });
        expect(await world.log.list(instance, {}, {}, 1)).toMatchObject([{ action: 'instance.changed' }]);
        expect(await world.log.list(world.actor, {}, {}, 10)).toMatchObject([{ action: 'session.opened' }]);
        expect(await world.log.trails(instance, undefined, 1000)).toEqual(
          expect.arrayContaining([
            { id: INSTANCE_TRAIL, abandoned: false },
            { id: world.organizationId, abandoned: false },
          ]),
        );
      });
    });

    describe('finding', () => {
      const userId = newId();
      const sequences = async (filter: Parameters<AuditLog['list']>[1]) =>
        (await world.log.list(world.actor, filter, {}, 10)).map(({ sequence }) => sequence);

      beforeEach(async () => {
        await world.record({ action: 'session.opened', userId });
        world.now = new Date('2026-03-02T00:00:00Z');
        await world.record({ action: 'session.closed', target: { type: 'session', id: 's-1' } });
        world.actor = { ...world.actor, address: '2001:db8::1' };
        await world.record({ action: 'sessions.listed', outcome: 'denied' });
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
        const [newest] = await world.log.list(world.actor, {}, { after: 1 }, 1);
        expect(newest?.sequence).toBe(3);
        const [oldest] = await world.log.list(world.actor, {}, { after: 1, before: 3 }, 10, 'oldest');
        expect(oldest?.sequence).toBe(2);
      });
    });
  });
}
