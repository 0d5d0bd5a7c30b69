import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld } from '../../../testing/identity-world.ts';
import { type Person, people } from '../../../testing/people.ts';
import { hasOtherAdmin, setRole } from '../members/members.repository.ts';

/** Organizations and who belongs to them, on every database. */
export function organizationsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`organizations on ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let ann: Person;
    let eve: Person;
    const { founder, member } = people(() => world);

    beforeAll(async () => {
      db = await open();
      world = await identityWorld(db);
      ann = await founder();
      eve = await founder();
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });

    describe('reading and changing', () => {
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
          await db.owner(
            "update memberships set role = 'power' where organization_id = $1 and user_id = $2",
            [of, cid.userId],
          );
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

    describe('the organization of a session', () => {
      test('changes for new tokens, and for those that are refreshed', async () => {
        const bob = await member(ann, 'regular');
        const own = (await bob.call('POST', '/organizations', { name: 'Own' })).body;
        const entered = await bob.call('POST', '/auth/organization', { organizationId: own.id });
        expect(entered).toMatchObject({ status: 200, body: { organization: { id: own.id, role: 'admin' } } });
        // A refresh token lives long: an access token does not give one.
        expect(entered.body.refreshToken).toBeUndefined();
        expect(entered.headers['set-cookie']).toBeUndefined();
        const me = await bob.with(entered.body.accessToken).call('GET', '/auth/me');
        expect(me.body.organization.id).toBe(own.id);
        const refreshed = await bob.refresh();
        expect(refreshed.body.organization.id).toBe(own.id);
      });

      test('a foreign one and one that does not exist are the same', async () => {
        const ask = (organizationId: string) =>
          eve.call('POST', '/auth/organization', { organizationId }, { 'x-request-id': 'same' });
        const foreign = await ask(ann.organizationId);
        expect(foreign.status).toBe(404);
        expect(foreign.text).toBe((await ask(world.ids())).text);
      });
    });

    describe('members', () => {
      test('are listed with pages; only admins see the addresses of others', async () => {
        const kim = await founder();
        const [lee, max] = [await member(kim, 'regular'), await member(kim, 'guest')];
        const path = `/organizations/${kim.organizationId}/members`;
        const first = await kim.call('GET', `${path}?limit=2`);
        expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual([kim.userId, lee.userId]);
        const rest = await kim.call('GET', `${path}?limit=2&cursor=${first.body.nextCursor}`);
        expect(rest.body).toMatchObject({ items: [{ id: max.userId, role: 'guest' }], nextCursor: null });
        expect(first.body.items[1].email).toBe(lee.email);
        const seen = await lee.call('GET', path);
        expect(seen.body.items.map(({ email }: { email: string | null }) => email)).toEqual([
          null,
          lee.email,
          null,
        ]);
        expect((await max.call('GET', path)).status).toBe(403);
        expect((await kim.call('GET', `${path}?cursor=nonsense`)).status).toBe(400);

        const { version } = (await kim.call('GET', `/organizations/${kim.organizationId}`)).body;
        const closing = { settings: { memberDirectory: 'admins' } };
        await kim.call('PATCH', `/organizations/${kim.organizationId}`, closing, {
          'if-match': `"${version}"`,
        });
        expect(await lee.call('GET', path)).toMatchObject({
          status: 403,
          body: { code: 'identity.member_directory_closed' },
        });
        expect((await kim.call('GET', path)).status).toBe(200);
      });

      test('are found by how a name begins, and by admins also by address; nobody guesses addresses', async () => {
        const kim = await founder();
        const [lee, max] = [await member(kim, 'regular'), await member(kim, 'guest')];
        const named = (id: string, name: string) =>
          db.owner('update users set name = $2 where id = $1', [id, name]);
        await named(kim.userId, 'Ångström, Kim');
        await named(lee.userId, 'Lee van der Berg');
        await named(max.userId, '100% Max_');
        const find = async (who: Person, q: string) =>
          (
            await who.call('GET', `/organizations/${kim.organizationId}/members?q=${encodeURIComponent(q)}`)
          ).body.items.map(({ id }: { id: string }) => id);
        expect(await find(kim, 'ÅNGS')).toEqual([kim.userId]);
        // Decomposed, as some keyboards send it.
        expect(await find(kim, 'a\u030Ang')).toEqual([kim.userId]);
        expect(await find(kim, ' berg ')).toEqual([lee.userId]);
        expect(await find(kim, 'lee van')).toEqual([lee.userId]);
        expect(await find(kim, 'erg')).toEqual([]);
        expect(await find(kim, '100%')).toEqual([max.userId]);
        expect(await find(kim, '%')).toEqual([]);
        expect(await find(kim, '_')).toEqual([]);
        expect(await find(kim, "' or 1=1 --")).toEqual([]);
        expect(await find(kim, lee.email.slice(0, -3).toUpperCase())).toEqual([lee.userId]);
        expect(await find(lee, kim.email)).toEqual([]);
        expect(await find(lee, lee.email)).toEqual([]);
        expect(await find(lee, 'ångström')).toEqual([kim.userId]);
        const path = `/organizations/${kim.organizationId}/members`;
        const paged = await kim.call('GET', `${path}?q=l&limit=1`);
        expect(paged.body).toMatchObject({ items: [{ id: lee.userId }], nextCursor: null });
        for (const wrong of ['', 'x'.repeat(201)])
          expect((await kim.call('GET', `${path}?q=${wrong}`)).status).toBe(400);
        expect((await eve.call('GET', `${path}?q=lee`)).status).toBe(404);
      });

      test('a changed role counts at the next call', async () => {
        const bob = await member(ann, 'regular');
        const path = `/organizations/${ann.organizationId}/members/${bob.userId}`;
        expect((await bob.call('POST', '/probe/power')).status).toBe(403);
        expect(await ann.call('PATCH', path, { role: 'power' })).toMatchObject({
          status: 200,
          body: { id: bob.userId, role: 'power', email: bob.email },
        });
        expect((await bob.call('POST', '/probe/power')).status).toBe(200);
        expect(await world.audited('member.role_changed')).toContainEqual(
          expect.objectContaining({ organizationId: ann.organizationId, targetId: bob.userId }),
        );
        expect((await ann.call('PATCH', path, { role: 'owner' })).status).toBe(422);
        expect((await bob.call('PATCH', path, { role: 'admin' })).status).toBe(403);
        const absent = `/organizations/${ann.organizationId}/members/${world.ids()}`;
        const foreign = `/organizations/${ann.organizationId}/members/${eve.userId}`;
        for (const [method, body] of [
          ['PATCH', { role: 'guest' }],
          ['DELETE', undefined],
        ] as const) {
          const headers = { 'x-request-id': 'same' };
          const answer = await ann.call(method, foreign, body, headers);
          expect(answer.status).toBe(404);
          expect(answer.text).toBe((await ann.call(method, absent, body, headers)).text);
        }
      });

      test('whoever is removed is out at the next call', async () => {
        const bob = await member(ann, 'power');
        const path = `/organizations/${ann.organizationId}/members/${bob.userId}`;
        expect((await ann.call('DELETE', path)).status).toBe(204);
        expect((await bob.call('GET', '/probe')).status).toBe(401);
        expect((await bob.refresh()).status).toBe(401);
        expect((await ann.call('DELETE', path)).status).toBe(404);
        expect(await world.audited('member.removed')).toContainEqual(
          expect.objectContaining({ userId: ann.userId, targetId: bob.userId }),
        );
      });

      test('everybody may leave, and remove nobody else', async () => {
        const [bob, cid] = [await member(ann, 'guest'), await member(ann, 'power')];
        const path = (id: string) => `/organizations/${ann.organizationId}/members/${id}`;
        expect((await cid.call('DELETE', path(bob.userId))).status).toBe(403);
        expect((await bob.call('DELETE', path(bob.userId.toUpperCase()))).status).toBe(204);
        expect((await bob.call('GET', '/probe')).status).toBe(401);
        expect(await world.audited('member.left')).toContainEqual(
          expect.objectContaining({ targetId: bob.userId }),
        );
      });

      test('the last admin neither leaves nor steps down', async () => {
        const kim = await founder();
        await member(kim, 'power');
        const path = `/organizations/${kim.organizationId}/members/${kim.userId}`;
        for (const [method, body] of [
          ['DELETE', undefined],
          ['PATCH', { role: 'power' }],
        ] as const) {
          expect(await kim.call(method, path, body)).toMatchObject({
            status: 409,
            body: { code: 'identity.last_admin' },
          });
        }
        const lee = await member(kim, 'admin');
        expect((await kim.call('DELETE', path)).status).toBe(204);
        expect((await lee.call('GET', '/probe')).body.role).toBe('admin');
      });

      test('an admin who is about to go is none to rely on', async () => {
        const kim = await founder();
        const lee = await member(kim, 'admin');
        const { organizationId } = kim;
        const [demoted, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const going = db.database.uow.write(systemActor(organizationId, 'test'), async (tx) => {
          const at = world.clock().toISOString();
          expect(await hasOtherAdmin(tx, organizationId, lee.userId)).toBe(true);
          await setRole(tx, { organizationId, userId: lee.userId, role: 'guest', at });
          demoted.resolve();
          await commit.promise;
        });
        await demoted.promise;
        const leaving = kim.call('DELETE', `/organizations/${organizationId}/members/${kim.userId}`);
        // Enough to reach the lock; a call that is later than that finds the change committed.
        await delay(100);
        commit.resolve();
        await going;
        expect(await leaving).toMatchObject({ status: 409, body: { code: 'identity.last_admin' } });
      });

      test('of admins who demote each other at once one remains', async () => {
        const kim = await founder();
        const admins = [kim];
        for (let more = 0; more < 4; more++) admins.push(await member(kim, 'admin'));
        const answers = await Promise.all(
          admins.map((one, index) => {
            const next = admins[(index + 1) % admins.length] ?? kim;
            const path = `/organizations/${kim.organizationId}/members/${next.userId}`;
            return index % 2 === 0 ? one.call('PATCH', path, { role: 'guest' }) : one.call('DELETE', path);
          }),
        );
        const left = await db.owner(
          "select user_id from memberships where organization_id = $1 and role = 'admin'",
          [kim.organizationId],
        );
        expect(left.length).toBeGreaterThanOrEqual(1);
        expect(
          answers
            .map(({ status }) => status)
            .filter((status) => ![200, 204, 403, 401, 404, 409].includes(status)),
        ).toEqual([]);
      });
    });

    describe('closing', () => {
      test('shuts everybody out but the admins, who may restore it and little else', async () => {
        const kim = await founder();
        const lee = await member(kim, 'power');
        const path = `/organizations/${kim.organizationId}`;
        const closed = await kim.call('DELETE', path);
        expect(closed.status).toBe(200);
        expect(Date.parse(closed.body.closedAt)).toBe(world.clock().getTime());
        const days = (Date.parse(closed.body.deleteAfter) - Date.parse(closed.body.closedAt)) / 86_400_000;
        expect(days).toBe(30);

        expect((await lee.call('GET', '/probe')).status).toBe(401);
        expect((await lee.refresh()).status).toBe(401);
        expect((await lee.call('GET', path)).status).toBe(404);
        expect(await kim.call('GET', '/probe')).toMatchObject({
          status: 403,
          body: { code: 'identity.organization_closed', deleteAfter: closed.body.deleteAfter },
        });
        expect((await kim.call('GET', `${path}/members`)).status).toBe(403);
        expect((await kim.call('GET', path)).body.closedAt).not.toBeNull();
        // By it a browser finds the way to restoring.
        expect((await kim.call('GET', '/auth/me')).body.organization).toMatchObject({
          id: kim.organizationId,
          closedAt: closed.body.closedAt,
        });
        expect((await lee.call('GET', '/auth/me')).status).toBe(401);
        // Their account stays theirs.
        expect((await kim.call('GET', '/auth/sessions')).status).toBe(200);
        expect((await kim.call('PATCH', '/auth/me', { name: 'Kim' })).status).toBe(200);
        expect((await kim.call('DELETE', path)).body.deleteAfter).toBe(closed.body.deleteAfter);
        // Signing in leads to one that is open, where there is one.
        const own = (await kim.call('POST', '/organizations', { name: 'Own' })).body;
        expect((await kim.refresh()).status).toBe(200);

        expect((await kim.call('POST', `${path}/restore`)).body).toMatchObject({
          closedAt: null,
          deleteAfter: null,
        });
        expect((await lee.call('GET', '/probe')).status).toBe(200);
        expect((await kim.call('POST', `/organizations/${own.id}/restore`)).status).toBe(409);
        for (const action of ['organization.closed', 'organization.restored'])
          expect(await world.audited(action)).toContainEqual(
            expect.objectContaining({ organizationId: kim.organizationId }),
          );
      });
    });
  });
}
