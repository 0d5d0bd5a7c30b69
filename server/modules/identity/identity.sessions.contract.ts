import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../kernel/actor.ts';
import type { TestDatabase } from '../../testing/database.ts';
import type { IdentityWorld } from '../../testing/identity-world.ts';
import { sessionsStage } from '../../testing/sessions-stage.ts';
import { signOutContract } from './identity.sign-out.contract.ts';

/** Refreshing and its theft detection, over HTTP; signing out is a file of its own. */
export function sessionsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`sessions: ${name}`, () => {
    const stage = sessionsStage(open);
    const { join, refreshBy, refreshCookie, meStatus, reused } = stage;
    let db: TestDatabase;
    let world: IdentityWorld;
    beforeAll(() => {
      ({ db, world } = stage.now());
    });

    test('a program exchanges its refresh token for the next one', async () => {
      const { program } = await join();
      const answer = await refreshBy(program.refreshToken);
      expect(answer.statusCode).toBe(200);
      expect(answer.cookies).toEqual([]);
      const next = answer.json();
      expect(next.refreshToken).not.toBe(program.refreshToken);
      expect(await meStatus(next.accessToken)).toBe(200);
      expect((await refreshBy(next.refreshToken)).statusCode).toBe(200);
    });

    test('a browser gets new cookies, and no refresh token that scripts could read', async () => {
      const { browser } = await join();
      const answer = await world.http.inject({
        method: 'POST',
        url: '/api/v1/auth/refresh',
        cookies: browser.cookies,
      });
      expect(answer.statusCode).toBe(200);
      expect(answer.cookies.map((cookie) => cookie.name)).toEqual([
        '__Host-scriptorium_access',
        '__Host-scriptorium_refresh',
      ]);
      expect(answer.json()).not.toHaveProperty('refreshToken');
      expect(answer.json().csrfToken).toBe(browser.csrfToken);
    });

    test('a cookie does not become a body, whatever the query asks for', async () => {
      const { browser } = await join();
      const answer = await world.http.inject({
        method: 'POST',
        url: '/api/v1/auth/refresh?transport=body',
        cookies: browser.cookies,
      });
      expect(answer.body).not.toContain('refreshToken');
    });

    test('twenty refreshes at once have one successor', async () => {
      const { program, userId } = await join();
      const answers = await Promise.all(Array.from({ length: 20 }, () => refreshBy(program.refreshToken)));
      expect(answers.map((answer) => answer.statusCode)).toEqual(Array.from({ length: 20 }, () => 200));
      const successors = new Set(answers.map((answer) => answer.json().refreshToken));
      expect(successors.size).toBe(1);
      const [successor = ''] = successors;
      expect((await refreshBy(successor)).statusCode).toBe(200);
      expect(await reused(userId)).toEqual([]);
      const rows = await db.owner('select max(generation) as generation from sessions where user_id = $1', [
        userId,
      ]);
      expect(rows).toEqual([{ generation: 2 }]);
    });

    test('within ten seconds the last token still leads to its successor', async () => {
      const { program } = await join();
      const first = (await refreshBy(program.refreshToken)).json();
      world.pass(10);
      const again = await refreshBy(program.refreshToken);
      expect(again.json().refreshToken).toBe(first.refreshToken);
    });

    test('after that a used token ends the session for both who hold it', async () => {
      const { program, browser, userId } = await join();
      const next = (await refreshBy(program.refreshToken)).json();
      world.pass(11);
      expect((await refreshBy(program.refreshToken)).statusCode).toBe(401);
      expect((await refreshBy(next.refreshToken)).statusCode).toBe(401);
      expect(await meStatus(next.accessToken)).toBe(401);
      expect(await meStatus(program.accessToken)).toBe(401);
      expect(await reused(userId)).toHaveLength(1);
      expect(await meStatus(browser.accessToken)).toBe(200);
    });

    test('an older token ends the session at once', async () => {
      const { program, userId } = await join();
      const second = (await refreshBy(program.refreshToken)).json();
      const third = (await refreshBy(second.refreshToken)).json();
      expect((await refreshBy(program.refreshToken)).statusCode).toBe(401);
      expect((await refreshBy(third.refreshToken)).statusCode).toBe(401);
      expect(await reused(userId)).toHaveLength(1);
    });

    test('a refresh waits for those that are under way, and judges by what they left', async () => {
      const { program, userId } = await join();
      const changed = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const underWay = db.database.uow.write(instanceActor('test'), async (tx) => {
        await db.database
          .executor(tx)
          .execute('update sessions set generation = 2 where user_id = $1', [userId]);
        changed.resolve();
        await gate.promise;
      });
      await changed.promise;
      const late = refreshBy(program.refreshToken);
      // Time for it to come as far as it can; what is right does not depend on how far that is.
      await delay(100);
      gate.resolve();
      await underWay;
      expect((await late).statusCode).toBe(401);
      expect(await reused(userId)).toHaveLength(1);
    });

    test('a made-up token of a session that exists ends nothing', async () => {
      const { program, userId } = await join();
      const bytes = Buffer.from(program.refreshToken, 'base64url');
      for (const index of [16, 19, 20, 51]) {
        const forged = Buffer.from(bytes);
        forged.writeUInt8((forged[index] ?? 0) ^ 1, index);
        expect((await refreshBy(forged.toString('base64url'))).statusCode).toBe(401);
      }
      expect(await reused(userId)).toEqual([]);
      expect((await refreshBy(program.refreshToken)).statusCode).toBe(200);
    });

    test.each(['x', 'A'.repeat(200), '\ud800', '\u0000', '%00', '{}', 'Zm9v.YmFy'])(
      'the refresh token %j is refused',
      async (token) => {
        expect([401, 422, 400]).toContain((await refreshBy(token)).statusCode);
      },
    );

    test.each([
      ['no body and no cookie', undefined, 401],
      ['a field that does not exist', { refreshToken: 'x', more: 1 }, 422],
      ['a number', { refreshToken: 5 }, 422],
      ['a list', [], 422],
    ])('refreshing with %s is refused', async (_case, payload, status) => {
      const answer = await world.http.inject({
        method: 'POST',
        url: '/api/v1/auth/refresh',
        ...(payload ? { payload } : {}),
      });
      expect(answer.statusCode).toBe(status);
      expect(answer.cookies).toEqual([]);
    });

    test('an ended session cannot be renewed, and one that is used goes on', async () => {
      const { program } = await join();
      world.pass(86_000);
      const renewed = await refreshBy(program.refreshToken);
      expect(renewed.statusCode).toBe(200);
      world.pass(86_000);
      const again = await refreshBy(renewed.json().refreshToken);
      expect(again.statusCode).toBe(200);
      world.pass(86_401);
      expect((await refreshBy(again.json().refreshToken)).statusCode).toBe(401);
    });

    test('a refused refresh cookie is cleared', async () => {
      const answer = await refreshCookie('nonsense');
      expect(answer.statusCode).toBe(401);
      expect(answer.cookies).toEqual([
        expect.objectContaining({
          name: '__Host-scriptorium_refresh',
          value: '',
          path: '/',
          expires: new Date(0),
        }),
      ]);
    });

    test('a session that has ended takes its access tokens with it', async () => {
      const { program, userId } = await join();
      await db.owner('update sessions set expires_at = $2 where user_id = $1', [
        userId,
        world.clock().toISOString(),
      ]);
      expect(await meStatus(program.accessToken)).toBe(401);
    });

    test('who lost the organization of the session goes on in another one of theirs', async () => {
      const mine = await join();
      const other = await join();
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        other.organizationId,
        mine.userId,
      ]);
      await db.owner('delete from memberships where organization_id = $1 and user_id = $2', [
        mine.organizationId,
        mine.userId,
      ]);
      expect(await meStatus(mine.program.accessToken)).toBe(401);
      const renewed = await refreshBy(mine.program.refreshToken);
      expect(renewed.json().organization).toMatchObject({ id: other.organizationId, role: 'regular' });
      expect(await meStatus(renewed.json().accessToken)).toBe(200);
      await db.owner('delete from memberships where user_id = $1', [mine.userId]);
      expect((await refreshBy(renewed.json().refreshToken)).statusCode).toBe(401);
    });

    signOutContract(stage);
  });
}
