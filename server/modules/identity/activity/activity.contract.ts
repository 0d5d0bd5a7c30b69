import { beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import { type AccountClient, accountClient } from '../../../testing/account-client.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld, Joined } from '../../../testing/identity-world.ts';

const PASSWORD = 'a password for tests';
const ELSEWHERE = '198.51.100.23';

interface Item {
  readonly action: string;
  readonly by: string;
  readonly address: string | null;
}

/** What people learn about their own account, and organizations do not, over HTTP. */
export function activityContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`account activity: ${name}`, () => {
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

    const login = (password: string, address = '192.0.2.7') =>
      call('POST', 'login?transport=body', { body: { email: 'ada@example.org', password }, address });
    const events = async ({ program }: Joined, query = '') =>
      call('GET', `events${query}`, { token: program.accessToken });
    const newest = async (person: Joined): Promise<Item> => (await events(person)).body.items[0];
    const inTrailsOfOrganizations = (action: string) =>
      db.owner(
        "select 1 from audit_events where action = $1 and organization_id <> '00000000-0000-0000-0000-000000000000'",
        [action],
      );

    test('a sign-in is there, with where it came from and how', async () => {
      await login(PASSWORD, ELSEWHERE);
      expect(await newest(ada)).toEqual({
        id: expect.any(String),
        occurredAt: expect.any(String),
        action: 'session.opened',
        outcome: 'succeeded',
        by: 'you',
        address: ELSEWHERE,
        method: 'password',
      });
    });

    test('a wrong password is told to its person and to no organization', async () => {
      expect((await login('not the password', ELSEWHERE)).status).toBe(401);
      await expect
        .poll(() => newest(ada))
        .toMatchObject({ action: 'sign_in.failed', outcome: 'denied', by: 'unknown', address: ELSEWHERE });
      expect(await inTrailsOfOrganizations('sign_in.failed')).toEqual([]);
      expect((await events(eve)).body.items.map(({ action }: Item) => action)).not.toContain(
        'sign_in.failed',
      );
    });

    test('a wrong password of somebody who is signed in is told too', async () => {
      const body = { currentPassword: 'not the password', newPassword: 'another password' };
      const answer = await call('POST', 'password', { token: ada.program.accessToken, body });
      expect(answer).toMatchObject({ body: { code: 'identity.wrong_password' } });
      expect(await newest(ada)).toMatchObject({
        action: 'reauthentication.failed',
        outcome: 'denied',
        by: 'you',
      });
    });

    test('what an operator does is told, without who it was, where they were and why', async () => {
      const operator = {
        ...instanceActor('test'),
        kind: 'operator',
        userId: eve.userId,
        address: ELSEWHERE,
      } as const;
      await world.operators.users.change(operator, ada.userId, { operator: true, reason: 'to help out' });
      const item = await newest(ada);
      expect(item).toMatchObject({ action: 'user.changed_by_operator', by: 'operator', address: null });
      expect(JSON.stringify(item)).not.toMatch(new RegExp(`help out|${eve.userId}`));
    });

    test.each([
      [
        'a new password',
        'user.password_changed',
        (token: string) =>
          call('POST', 'password', {
            token,
            body: { currentPassword: PASSWORD, newPassword: 'another password' },
          }),
      ],
      [
        'an address that is asked for',
        'user.email_change_asked',
        (token: string) =>
          call('PATCH', 'me', {
            token,
            body: { email: 'ada@example.net', currentPassword: 'another password' },
          }),
      ],
      [
        'a new name',
        'user.renamed',
        (token: string) => call('PATCH', 'me', { token, body: { name: 'Ada L.' } }),
      ],
    ])('%s is told to its person and to no organization', async (_what, action, act) => {
      expect((await act(ada.program.accessToken)).status).toBeLessThan(300);
      expect(await newest(ada)).toMatchObject({ action, by: 'you' });
      expect(await inTrailsOfOrganizations(action)).toEqual([]);
    });

    test('pages hold everything once, and a cursor opens its own person’s pages only', async () => {
      const all = (await events(ada, '?limit=100')).body.items;
      const seen: unknown[] = [];
      const lengths = new Set<number>();
      let cursor = '';
      for (;;) {
        const { body } = await events(ada, `?limit=1${cursor}`);
        seen.push(...body.items);
        if (body.nextCursor === null) break;
        cursor = `&cursor=${body.nextCursor}`;
        lengths.add(cursor.length);
      }
      expect(seen).toEqual(all);
      // Or it would tell how long the trail is that all share.
      expect(lengths.size).toBe(1);
      const { nextCursor } = (await events(ada, '?limit=1')).body;
      expect(Buffer.from(nextCursor, 'base64url').toString('latin1')).not.toMatch(/^\d+$/);
      for (const bad of [nextCursor, 'x', Buffer.from('5').toString('base64url')])
        expect(await events(eve, `?cursor=${bad}`)).toMatchObject({
          status: 400,
          body: { code: 'request.invalid_cursor' },
        });
    });

    test('nobody and API keys are refused', async () => {
      expect((await call('GET', 'events')).status).toBe(401);
      const made = await call('POST', '/api-keys', {
        token: eve.program.accessToken,
        body: { name: 'Program', scopes: ['audit:read'] },
      });
      const { status } = await call('GET', 'events', { token: made.body.key });
      expect([made.status, status]).toEqual([201, 403]);
    });
  });
}
