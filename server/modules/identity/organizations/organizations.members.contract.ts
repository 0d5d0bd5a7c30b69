import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import type { IdentityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { Person } from '../../../testing/people.ts';
import { hasOtherAdmin, setRole } from '../members/members.repository.ts';

/** Who belongs to an organization: lists, roles, leaving and removing. */
export function organizationMembersContract(stage: IdentityStage): void {
  const { founder, member } = stage;

  describe('members', () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let ann: Person;
    let eve: Person;
    beforeAll(async () => {
      ({ db, world } = stage.now());
      ann = await founder();
      eve = await founder();
    });

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
}
