import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { deriveKeys } from '../auth/index.ts';
import { createAuditTrail } from './index.ts';

const key = deriveKeys('a secret of the tests, long enough').auditTrail;
const at = new Date('2026-03-01T12:00:00.120Z');

/** What the trail promises, on every database. */
export function auditContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`audit trail: ${name}`, () => {
    let db: TestDatabase;
    const trail = createAuditTrail({ key, clock: () => at, ids: newId });
    const rows = (organizationId: string) =>
      db.owner('select * from audit_events where organization_id = $1 order by sequence', [organizationId]);

    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());

    test('an act leaves who, what, on what, from where and when; each event continues from the one before', async () => {
      const organizationId = newId();
      const actor: Actor = {
        ...systemActor(organizationId, 'request-1'),
        kind: 'user',
        userId: newId(),
        credentialId: newId(),
        address: '192.0.2.7',
      };
      await db.database.uow.write(actor, async (tx) => {
        await trail.record(tx, actor, {
          action: 'member.role_changed',
          organizationId,
          target: { type: 'user', id: 'somebody' },
          before: { role: 'guest' },
          after: { role: 'admin' },
        });
        await trail.record(tx, actor, { action: 'session.refused', organizationId, outcome: 'denied' });
      });
      const [first, second] = await rows(organizationId);
      expect(first).toMatchObject({
        sequence: expect.anything(),
        action: 'member.role_changed',
        outcome: 'succeeded',
        actor_kind: 'user',
        user_id: actor.userId,
        credential_id: actor.credentialId,
        address: '192.0.2.7',
        request_id: 'request-1',
        target_type: 'user',
        target_id: 'somebody',
        before: { role: 'guest' },
        after: { role: 'admin' },
        previous_hash: null,
      });
      expect(second).toMatchObject({ outcome: 'denied', previous_hash: first?.hash });
    });

    test('what is rolled back leaves no trace', async () => {
      const organizationId = newId();
      const failing = db.database.uow.write(instanceActor('request-2'), async (tx) => {
        await trail.record(tx, instanceActor('request-2'), { action: 'user.created', organizationId });
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await rows(organizationId)).toEqual([]);
    });
  });
}
