import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { IdentityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { Person } from '../../../testing/people.ts';

/** Making, reading and changing organizations, and who may. */
export function organizationChangesContract(stage: IdentityStage): void {
  const { founder, member } = stage;

  describe('reading and changing', () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let ann: Person;
    let eve: Person;
    beforeAll(async () => {
      ({ db, world } = stage.now());
      ann = await founder();
      eve = await founder();
    });

    test('whoever makes one is its admin, and finds it in their list', async () => {
      const created = await ann.call('POST', '/organizations', { name: '  Archive  ' });
      expect(created).toMatchObject({ status: 201, body: { name: 'Archive', role: 'admin', version: 1 } });
      expect(created.headers.location).toBe(`/api/v1/organizations/${created.body.id}`);
      const list = await ann.call('GET', '/organizations');
      expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([
        ann.organizationId,
        created.body.id,
      ]);
      const read = await ann.call('GET', `/organizations/${created.body.id}`);
      expect(read).toMatchObject({ status: 200, body: created.body });
      expect(await world.audited('organization.created')).toContainEqual(
        expect.objectContaining({ organizationId: created.body.id, userId: ann.userId }),
      );
    });

    describe('how many', () => {
      const limited = async (settings: object) => {
        const { http } = await world.withSettings(settings);
        const cid = await founder();
        return { cid, make: () => cid.call('POST', '/organizations', { name: 'One more' }, {}, http) };
      };

      test('a person makes at most so many as they may be the admin of, also at once', async () => {
        const { make } = await limited({ organizationsPerPerson: 3 });
        const answers = await Promise.all([make(), make(), make(), make()]);
        expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
        expect(await make()).toMatchObject({
          status: 409,
          body: { code: 'identity.too_many_organizations', detail: expect.stringContaining('3') },
        });
      });

      test('those that are closed count until they are deleted, and those where they are no admin do not', async () => {
        const { cid, make } = await limited({ organizationsPerPerson: 2 });
        const of = (await make()).body.id;
        expect((await cid.call('DELETE', `/organizations/${of}`)).status).toBe(200);
        expect((await make()).status).toBe(409);
        await db.owner("update memberships set role = 'power' where organization_id = $1 and user_id = $2", [
          of,
          cid.userId,
        ]);
        expect((await make()).status).toBe(201);
      });

      test.each([
        ['nobody may make one', { organizationsPerPerson: 0 }],
        ['registration is closed', { registration: 'closed' }],
      ] as const)('where %s, operators do', async (_why, settings) => {
        const { cid, make } = await limited(settings);
        expect(await make()).toMatchObject({
          status: 403,
          body: { code: 'identity.organizations_by_operators' },
        });
        await db.owner('update users set operator = true where id = $1', [cid.userId]);
        expect((await make()).status).toBe(201);
        expect((await make()).status).toBe(201);
      });
    });

    test.each([
      ['blank', { name: '   ' }],
      ['none', {}],
      ['too long', { name: 'x'.repeat(201) }],
      ['control characters', { name: 'a\u0007b' }],
      ['an unknown field', { name: 'a', role: 'admin' }],
    ])('a name that is %s is refused', async (_what, body) => {
      expect((await ann.call('POST', '/organizations', body)).status).toBe(422);
    });

    test('a change names the version that was seen', async () => {
      const path = `/organizations/${ann.organizationId}`;
      const before = (await ann.call('GET', path)).body;
      const match = { 'if-match': `"${before.version}"` };
      const changed = await ann.call('PATCH', path, { name: 'New name' }, match);
      expect(changed).toMatchObject({
        status: 200,
        body: { name: 'New name', version: before.version + 1 },
      });
      const stale = await ann.call('PATCH', path, { name: 'Other' }, match);
      expect(stale).toMatchObject({ status: 412, body: { currentVersion: before.version + 1 } });
      expect((await ann.call('PATCH', path, { name: 'Other' })).status).toBe(428);
      expect((await ann.call('PATCH', path, {}, match)).status).toBe(422);
      expect((await ann.call('GET', path)).body.name).toBe('New name');
      const [audited] = await db.owner(
        "select before, after from audit_events where action = 'organization.changed' and organization_id = $1",
        [ann.organizationId],
      );
      expect(audited).toEqual({ before: { name: before.name }, after: { name: 'New name' } });
    });

    test('nobody demands a second factor without having one', async () => {
      const path = `/organizations/${ann.organizationId}`;
      const { version } = (await ann.call('GET', path)).body;
      const body = { settings: { requireSecondFactor: true } };
      expect(await ann.call('PATCH', path, body, { 'if-match': `"${version}"` })).toMatchObject({
        status: 409,
        body: { code: 'identity.own_second_factor_first' },
      });
    });

    test('only admins change it, close it and see what it uses', async () => {
      const bob = await member(ann, 'power');
      const path = `/organizations/${ann.organizationId}`;
      for (const [method, at] of [
        ['PATCH', path],
        ['DELETE', path],
        ['POST', `${path}/restore`],
        ['GET', `${path}/usage`],
      ] as const) {
        const answer = await bob.call(method, at, method === 'PATCH' ? { name: 'x' } : undefined);
        expect(answer, `${method} ${at}`).toMatchObject({ status: 403, body: { minimumRole: 'admin' } });
      }
      expect((await bob.call('GET', path)).body.role).toBe('power');
      expect(
        (await ann.call('GET', `${path}/usage`)).body.domains.organization.members,
      ).toBeGreaterThanOrEqual(2);
    });

    test('another organization is as absent as one that does not exist', async () => {
      const missing = world.ids();
      for (const [method, rest, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'x' }],
        ['DELETE', '', undefined],
        ['POST', '/restore', undefined],
        ['GET', '/usage', undefined],
        ['GET', '/members', undefined],
        ['PATCH', `/members/${ann.userId}`, { role: 'guest' }],
        ['DELETE', `/members/${ann.userId}`, undefined],
      ] as const) {
        const ask = (id: string) =>
          eve.call(method, `/organizations/${id}${rest}`, body, {
            'x-request-id': 'same',
            'if-match': '"1"',
          });
        const [foreign, absent] = [await ask(ann.organizationId), await ask(missing)];
        expect(foreign.status, `${method} ${rest}`).toBe(404);
        expect(foreign.text).toBe(absent.text);
      }
      expect((await eve.call('GET', '/organizations/none')).status).toBe(404);
    });

    test('the organization in the path counts, whatever token and header say', async () => {
      const cid = await member(ann, 'guest');
      const own = (await cid.call('POST', '/organizations', { name: 'Own' })).body;
      expect((await cid.call('GET', `/organizations/${own.id}/usage`)).status).toBe(200);
      expect((await cid.call('GET', `/organizations/${ann.organizationId}/usage`)).status).toBe(403);
      const header = { 'x-organization-id': own.id };
      expect(
        (await cid.call('GET', `/organizations/${ann.organizationId}/usage`, undefined, header)).status,
      ).toBe(403);
    });
  });
}
