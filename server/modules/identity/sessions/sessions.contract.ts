import { beforeAll, describe, expect, test } from 'vitest';
import { type AccountClient, accountClient } from '../../../testing/account-client.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld, Joined } from '../../../testing/identity-world.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Seeing and ending one's own sign-ins, over HTTP. */
export function ownSessionsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`own sessions: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;
    let call: AccountClient;
    let ada: Joined;
    let eve: Joined;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      call = accountClient(world);
      ada = await world.join('ada@example.org');
      eve = await world.join('eve@example.org');
    });

    const login = async (userAgent: string, address = '192.0.2.7'): Promise<string> => {
      const body = { email: 'ada@example.org', password: 'a password for tests' };
      const answer = await call('POST', 'login?transport=body', {
        body,
        address,
        headers: { 'user-agent': userAgent },
      });
      return answer.body.accessToken;
    };
    const list = async (token: string) => (await call('GET', 'sessions', { token })).body.items;

    test('the list says where each sign-in was opened and which one asks', async () => {
      const token = await login(FIREFOX);
      const items = await list(token);
      expect(items[0]).toEqual({
        id: expect.any(String),
        current: true,
        organizationId: ada.organizationId,
        method: 'password',
        address: '192.0.2.7',
        device: 'Firefox on Linux',
        lastSeenAt: expect.any(String),
        expiresAt: expect.any(String),
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      });
      expect(items.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
      expect(items.map(({ method }: { method: string }) => method).sort()).toEqual([
        'password',
        'password',
        'registration',
      ]);
    });

    test('using a sign-in does not write; renewing it does, with the place that it is renewed from', async () => {
      const { program } = await world.join('renew@example.org');
      const before = (await list(program.accessToken)).find(({ current }: { current: boolean }) => current);
      world.pass(60);
      const again = (await list(program.accessToken)).find(({ current }: { current: boolean }) => current);
      expect(again.lastSeenAt).toBe(before.lastSeenAt);
      const renewed = await call('POST', 'refresh', {
        body: { refreshToken: program.refreshToken },
        address: '198.51.100.9',
        headers: { 'user-agent': 'curl/8.0' },
      });
      const after = (await list(renewed.body.accessToken)).find(({ id }: { id: string }) => id === before.id);
      expect(after).toMatchObject({ address: '198.51.100.9', device: 'curl' });
      expect(Date.parse(after.lastSeenAt) - Date.parse(before.lastSeenAt)).toBe(60_000);
    });

    test('one sign-in is ended at once, and only by its person', async () => {
      const mine = await login(FIREFOX);
      const other = await login('curl/8.0');
      const { id } = (await list(other)).find(({ current }: { current: boolean }) => current);
      const unknown = await call('DELETE', `sessions/${world.ids()}`, { token: eve.program.accessToken });
      const foreign = await call('DELETE', `sessions/${id}`, { token: eve.program.accessToken });
      expect(foreign.status).toBe(404);
      expect({ ...foreign.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
      expect((await call('GET', 'me', { token: other })).status).toBe(200);

      expect((await call('DELETE', `sessions/${id}`, { token: mine })).status).toBe(204);
      expect((await call('GET', 'me', { token: other })).status).toBe(401);
      expect((await call('GET', 'me', { token: mine })).status).toBe(200);
      expect((await call('DELETE', `sessions/${id}`, { token: mine })).status).toBe(404);
      expect(await world.audited('session.closed')).toContainEqual(
        expect.objectContaining({ userId: ada.userId, targetId: id }),
      );
    });

    test('all others are ended, and the one that asks goes on', async () => {
      const mine = await login(FIREFOX);
      const other = await login('curl/8.0');
      const answer = await call('DELETE', 'sessions', { token: mine });
      expect(answer.status).toBe(200);
      expect(answer.body.ended).toBeGreaterThan(1);
      expect((await call('GET', 'me', { token: other })).status).toBe(401);
      expect(await list(mine)).toHaveLength(1);
      expect((await call('GET', 'me', { token: eve.program.accessToken })).status).toBe(200);
      expect((await call('DELETE', 'sessions', { token: mine })).body).toEqual({ ended: 0 });
    });

    test.each(['nonsense', '..', "' or 1=1 --"])('the id %j is no trouble', async (id) => {
      const token = await login(FIREFOX);
      expect((await call('DELETE', `sessions/${encodeURIComponent(id)}`, { token })).status).toBe(404);
    });

    test('whatever a browser says of itself is kept as text, and not without end', async () => {
      const token = await login(`\t${'x'.repeat(5000)}<script>`);
      const [row] = await db.owner('select max(char_length(user_agent)) as longest from sessions');
      expect(row).toEqual({ longest: 400 });
      expect((await list(token))[0]).toMatchObject({ device: null });
    });

    test('nobody sees a list without signing in', async () => {
      expect((await call('GET', 'sessions')).status).toBe(401);
      expect((await call('DELETE', 'sessions')).status).toBe(401);
    });
  });
}
