import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor, publicActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld, type Joined } from '../../../testing/identity-world.ts';

const SECRET = 'the admin secret of the tests, long enough';

/** Who may operate the instance, and what they do with its people and organizations; over HTTP, on every database. */
export function operatorsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`operators: ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let boss: Joined;
    let ada: Joined;

    beforeAll(async () => {
      db = await open();
      world = await identityWorld(db);
      boss = await world.join('boss@example.org');
      ada = await world.join('ada@example.org');
      await world.operators.users.markOperator(instanceActor('test'), ' Boss@Example.org', true);
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });

    type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
    const call = (headers: Record<string, string>, method: Method, path: string, payload?: object) =>
      world.http.inject({ method, url: `/api/v1${path}`, headers, ...(payload ? { payload } : {}) });
    const bySecret = (method: Method, path: string, payload?: object) =>
      call({ 'x-admin-secret': SECRET }, method, path, payload);
    const bearer = ({ program }: Joined) => ({ authorization: `Bearer ${program.accessToken}` });
    const byBoss = (method: Method, path: string, payload?: object) =>
      call(bearer(boss), method, path, payload);
    const login = (email: string) =>
      call({}, 'POST', '/auth/login', { email, password: 'a password for tests' });

    describe('who is one', () => {
      test('whoever knows the secret, as nobody in particular', async () => {
        expect((await bySecret('POST', '/probe/operator')).json()).toEqual({
          kind: 'operator',
          userId: null,
          organizationId: null,
          role: null,
          scopes: [],
          requestId: expect.any(String),
          address: '127.0.0.1',
        });
      });

      test('a person who is marked, as themselves, from the next request on until the mark is gone', async () => {
        const eve = await world.join('eve@example.org');
        const probe = () => call(bearer(eve), 'POST', '/probe/operator');
        expect((await probe()).statusCode).toBe(403);
        await byBoss('PATCH', `/operator/users/${eve.userId}`, { operator: true });
        expect((await probe()).json()).toMatchObject({
          kind: 'operator',
          userId: eve.userId,
          organizationId: null,
          role: null,
          credentialId: expect.any(String),
        });
        expect((await call(bearer(eve), 'GET', '/auth/me')).json()).toMatchObject({ operator: true });
        await byBoss('PATCH', `/operator/users/${eve.userId}`, { operator: false });
        const after = await probe();
        expect(after.json()).toMatchObject({ status: 403, code: 'identity.operator_required' });
      });

      test('in the browser with the proof only', async () => {
        const { cookies, csrfToken } = boss.browser;
        const post = (headers: Record<string, string>) =>
          world.http.inject({ method: 'POST', url: '/api/v1/probe/operator', cookies, headers });
        expect((await post({})).json()).toMatchObject({ status: 403, code: 'identity.csrf_required' });
        expect((await post({ 'x-csrf-token': csrfToken })).statusCode).toBe(200);
      });

      test.each([
        ['nobody', {}, 401, 'identity.operator_required'],
        ['an empty secret', { 'x-admin-secret': '' }, 401, 'identity.invalid_admin_secret'],
        ['a wrong secret', { 'x-admin-secret': `${SECRET} ` }, 401, 'identity.invalid_admin_secret'],
        [
          'the secret as a token',
          { authorization: `Bearer ${SECRET.replaceAll(' ', '')}` },
          401,
          'identity.invalid_token',
        ],
      ])('not %s', async (_case, headers, status, code) => {
        const answer = await call(headers, 'POST', '/probe/operator');
        expect(answer.statusCode).toBe(status);
        expect(answer.json()).toMatchObject({ code });
      });

      test('not an admin of an organization', async () => {
        const answer = await call(bearer(ada), 'POST', '/probe/operator');
        expect(answer.json()).toMatchObject({ status: 403, code: 'identity.operator_required' });
      });

      test('not with a wrong secret beside a good sign-in', async () => {
        const answer = await call({ ...bearer(boss), 'x-admin-secret': 'wrong' }, 'POST', '/probe/operator');
        expect(answer.statusCode).toBe(401);
      });

      test('the secret means nothing anywhere else', async () => {
        const alone = await bySecret('GET', '/probe');
        expect(alone.json()).toMatchObject({ status: 401, code: 'identity.sign_in_required' });
        const beside = await call({ ...bearer(ada), 'x-admin-secret': SECRET }, 'GET', '/probe');
        expect(beside.json()).toMatchObject({ kind: 'user', userId: ada.userId, role: 'admin' });
      });

      test('without a secret in the settings no secret opens anything', async () => {
        const closed = await world.withSettings({ adminSecret: undefined });
        for (const secret of ['', 'undefined', SECRET]) {
          const answer = await closed.http.inject({
            method: 'POST',
            url: '/api/v1/probe/operator',
            headers: { 'x-admin-secret': secret },
          });
          expect(answer.statusCode).toBe(401);
        }
      });

      test('wrong secrets count against the address, and the right one starts the count again', async () => {
        const limited = await world.withSettings({ rateLimit: true });
        const guess = (secret: string, remoteAddress: string) =>
          limited.http.inject({
            method: 'POST',
            url: '/api/v1/probe/operator',
            headers: { 'x-admin-secret': secret },
            remoteAddress,
          });
        for (let round = 0; round < 30; round += 1) {
          await guess('wrong', '192.0.2.1');
          expect((await guess(SECRET, '192.0.2.1')).statusCode).toBe(200);
        }
        let last = await guess('wrong', '192.0.2.2');
        for (let round = 0; round < 30 && last.statusCode === 401; round += 1)
          last = await guess('wrong', '192.0.2.2');
        expect(last.json()).toMatchObject({ status: 429, code: 'identity.too_many_attempts' });
        expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
        // So that a guess in the dark learns nothing, the right one waits too.
        expect((await guess(SECRET, '192.0.2.2')).statusCode).toBe(429);
        expect((await guess(SECRET, '192.0.2.3')).statusCode).toBe(200);
      });

      test('the service itself refuses everybody else', async () => {
        const somebody = { ...publicActor('test'), kind: 'user', role: 'admin' } as const;
        await expect(world.operators.users.list(somebody, {})).rejects.toMatchObject({
          code: 'identity.not_allowed',
        });
        await expect(
          world.operators.users.markOperator(somebody, 'ada@example.org', true),
        ).rejects.toMatchObject({ code: 'identity.not_allowed' });
      });
    });

    describe('people', () => {
      test('are listed by pages and found by a part of name or address, literally', async () => {
        const first = await bySecret('GET', '/operator/users?limit=1');
        expect(first.json().items).toMatchObject([
          { email: 'boss@example.org', operator: true, disabledAt: null },
        ]);
        const next = await bySecret('GET', `/operator/users?limit=1&cursor=${first.json().nextCursor}`);
        expect(next.json().items).toMatchObject([{ email: 'ada@example.org', operator: false }]);
        const found = async (query: string) =>
          (await bySecret('GET', `/operator/users?${query}`))
            .json()
            .items.map(({ email }: { email: string }) => email);
        expect(await found('q=ADA@EX')).toEqual(['ada@example.org']);
        expect(await found('q=%25')).toEqual([]);
        expect(await found('q=_')).toEqual([]);
        expect(await found(`q=${encodeURIComponent("' or 1=1 --")}`)).toEqual([]);
        expect(await found('state=operator')).toEqual(['boss@example.org']);
        expect(await found('state=disabled')).toEqual([]);
      });

      test('show where they belong, and nothing that lets anybody in', async () => {
        const answer = await byBoss('GET', `/operator/users/${ada.userId}`);
        expect(answer.json()).toMatchObject({
          id: ada.userId,
          organizations: [{ id: ada.organizationId, role: 'admin' }],
        });
        expect(answer.body).not.toContain('argon2');
      });

      test('who are disabled are out at once and stay out until they are enabled', async () => {
        const kim = await world.join('kim@example.org');
        const made = await call(bearer(kim), 'POST', '/api-keys', { name: 'k', scopes: ['search:read'] });
        const { key } = made.json();
        const change = (body: object) => byBoss('PATCH', `/operator/users/${kim.userId}`, body);
        const disabled = await change({ disabled: true, reason: 'left the company' });
        expect(disabled.json()).toMatchObject({ disabledAt: expect.any(String) });
        expect((await call(bearer(kim), 'GET', '/probe')).statusCode).toBe(401);
        expect((await call({ authorization: `Bearer ${key}` }, 'GET', '/probe/search')).statusCode).toBe(401);
        const refresh = { refreshToken: kim.program.refreshToken };
        expect((await call({}, 'POST', '/auth/refresh', refresh)).statusCode).toBe(401);
        expect((await login('kim@example.org')).json()).toMatchObject({
          status: 403,
          code: 'identity.account_disabled',
        });
        expect(await world.audited('user.changed_by_operator')).toContainEqual(
          expect.objectContaining({
            targetId: kim.userId,
            userId: boss.userId,
            details: { reason: 'left the company' },
          }),
        );

        await change({ disabled: false });
        expect((await login('kim@example.org')).statusCode).toBe(200);
        expect((await call({ authorization: `Bearer ${key}` }, 'GET', '/probe/search')).statusCode).toBe(200);
        // What was ended stays ended.
        expect((await call(bearer(kim), 'GET', '/probe')).statusCode).toBe(401);
      });

      test('a wrong password of a disabled account is answered like any other wrong one', async () => {
        const lou = await world.join('lou@example.org');
        await bySecret('PATCH', `/operator/users/${lou.userId}`, { disabled: true });
        const payload = { email: 'lou@example.org', password: 'not the right one' };
        const answer = await call({}, 'POST', '/auth/login', payload);
        expect(answer.json()).toMatchObject({ status: 401, code: 'identity.invalid_credentials' });
      });

      test('a change that changes nothing leaves no trace', async () => {
        const before = await world.audited('user.changed_by_operator');
        await byBoss('PATCH', `/operator/users/${ada.userId}`, { disabled: false, operator: false });
        expect(await world.audited('user.changed_by_operator')).toHaveLength(before.length);
      });

      test('get a link that signs them in once', async () => {
        const made = await byBoss('POST', `/operator/users/${ada.userId}/sign-in-link`);
        expect(made.statusCode).toBe(201);
        const { token } = made.json();
        expect((await call({}, 'POST', '/auth/sign-in-link', { token })).statusCode).toBe(200);
        expect((await call({}, 'POST', '/auth/sign-in-link', { token })).statusCode).toBe(410);
      });

      test('are deleted with their sessions and keys, but not while they are the last admin somewhere', async () => {
        const max = await world.join('max@example.org');
        const refused = await byBoss('DELETE', `/operator/users/${max.userId}`);
        expect(refused.json()).toMatchObject({
          status: 409,
          code: 'identity.last_admin',
        });
        await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')", [
          max.organizationId,
          ada.userId,
        ]);
        expect((await byBoss('DELETE', `/operator/users/${max.userId}`)).statusCode).toBe(204);
        expect((await call(bearer(max), 'GET', '/probe')).statusCode).toBe(401);
        expect((await byBoss('GET', `/operator/users/${max.userId}`)).statusCode).toBe(404);
        expect(await world.audited('user.deleted')).toContainEqual(
          expect.objectContaining({ targetId: max.userId }),
        );
        const left = (await world.audited('member.removed')).filter((event) => event.targetId === max.userId);
        expect(left).toMatchObject([{ organizationId: max.organizationId }]);
        await db.owner('delete from memberships where organization_id = $1', [max.organizationId]);
      });

      test('an operator does not shut themselves out', async () => {
        const own = `/operator/users/${boss.userId}`;
        for (const answer of [
          await byBoss('PATCH', own, { disabled: true }),
          await byBoss('PATCH', own, { operator: false }),
          await byBoss('DELETE', own),
        ])
          expect(answer.json()).toMatchObject({ status: 409, code: 'identity.own_account' });
      });

      test.each([
        ['GET', undefined],
        ['PATCH', { disabled: true }],
        ['DELETE', undefined],
      ] as const)('%s of somebody who does not exist is not found', async (method, payload) => {
        const answer = await bySecret(method, `/operator/users/${world.ids()}`, payload);
        expect(answer.json()).toMatchObject({ status: 404, code: 'identity.user_not_found' });
        expect((await bySecret(method, '/operator/users/nonsense', payload)).statusCode).toBe(404);
      });

      test.each([
        [{}],
        [{ disabled: 'yes' }],
        [{ admin: true }],
        [{ operator: true, reason: 'x'.repeat(501) }],
      ])('a change by %j is refused', async (body) => {
        expect((await bySecret('PATCH', `/operator/users/${ada.userId}`, body)).statusCode).toBe(422);
      });
    });

    describe('organizations', () => {
      test('are listed with how many belong to them, and found by name', async () => {
        const all = await bySecret('GET', '/operator/organizations?limit=100');
        expect(all.json().items).toContainEqual(
          expect.objectContaining({ id: ada.organizationId, members: 1, suspendedAt: null }),
        );
        const found = await bySecret('GET', '/operator/organizations?q=ada');
        expect(found.json().items).toMatchObject([{ id: ada.organizationId }]);
      });

      test('that are suspended let nobody in, tell why, and open again as they were', async () => {
        const ned = await world.join('ned@example.org');
        const path = `/operator/organizations/${ned.organizationId}`;
        const suspended = await byBoss('POST', `${path}/suspend`, { reason: 'Unpaid' });
        expect(suspended.json()).toMatchObject({
          suspendedAt: expect.any(String),
          suspendedReason: 'Unpaid',
        });
        const inside = await call(bearer(ned), 'GET', '/probe');
        expect(inside.json()).toMatchObject({
          status: 403,
          code: 'identity.organization_suspended',
          detail: expect.stringContaining('Unpaid'),
        });
        const listed = await bySecret('GET', '/operator/organizations?state=suspended');
        expect(listed.json().items).toMatchObject([{ id: ned.organizationId }]);
        // Whoever does not belong to it learns nothing of it.
        const outside = await call(
          { ...bearer(ada), 'x-organization-id': ned.organizationId },
          'GET',
          '/probe',
        );
        expect(outside.json()).toMatchObject({ status: 404, code: 'identity.organization_not_found' });

        expect((await byBoss('POST', `${path}/unsuspend`)).json()).toMatchObject({ suspendedAt: null });
        expect((await call(bearer(ned), 'GET', '/probe')).statusCode).toBe(200);
        const trails = (await world.audited('organization.suspended')).map((event) => event.organizationId);
        expect(trails).toHaveLength(2);
        expect(trails).toContain(ned.organizationId);
      });

      test('that do not exist are not found, and a suspension has a reason', async () => {
        const nowhere = `/operator/organizations/${world.ids()}`;
        for (const answer of [
          await bySecret('GET', nowhere),
          await bySecret('POST', `${nowhere}/suspend`, { reason: 'x' }),
          await bySecret('POST', `${nowhere}/unsuspend`),
        ])
          expect(answer.json()).toMatchObject({ status: 404, code: 'identity.organization_not_found' });
        const here = `/operator/organizations/${ada.organizationId}/suspend`;
        expect((await bySecret('POST', here, { reason: '' })).statusCode).toBe(422);
        expect((await bySecret('POST', here)).statusCode).toBe(422);
      });
    });
  });
}
