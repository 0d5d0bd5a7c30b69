import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { OPERATORS_SECRET, type OperatorsWorld, operatorsWorld } from '../../../testing/operators-world.ts';

/** Who may operate the instance, over HTTP, on every database. */
export function operatorAccessContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`who operates: ${name}`, () => {
    let operators: OperatorsWorld;
    beforeAll(async () => {
      operators = await operatorsWorld(await open());
    });
    afterAll(() => operators.close());

    test('whoever knows the secret, as nobody in particular', async () => {
      expect((await operators.bySecret('POST', '/probe/operator')).json()).toEqual({
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
      const eve = await operators.world.join('eve@example.org');
      const probe = () => operators.call(operators.bearer(eve), 'POST', '/probe/operator');
      expect((await probe()).statusCode).toBe(403);
      await operators.byBoss('PATCH', `/operator/users/${eve.userId}`, { operator: true });
      expect((await probe()).json()).toMatchObject({
        kind: 'operator',
        userId: eve.userId,
        organizationId: null,
        role: null,
        credentialId: expect.any(String),
      });
      expect((await operators.call(operators.bearer(eve), 'GET', '/auth/me')).json()).toMatchObject({
        operator: true,
      });
      await operators.byBoss('PATCH', `/operator/users/${eve.userId}`, { operator: false });
      const after = await probe();
      expect(after.json()).toMatchObject({ status: 403, code: 'identity.operator_required' });
    });

    test('in the browser with the proof only', async () => {
      const { cookies, csrfToken } = operators.boss.browser;
      const post = (headers: Record<string, string>) =>
        operators.world.http.inject({ method: 'POST', url: '/api/v1/probe/operator', cookies, headers });
      expect((await post({})).json()).toMatchObject({ status: 403, code: 'identity.csrf_required' });
      expect((await post({ 'x-csrf-token': csrfToken })).statusCode).toBe(200);
    });

    test.each([
      ['nobody', {}, 401, 'identity.operator_required'],
      ['an empty secret', { 'x-admin-secret': '' }, 401, 'identity.invalid_admin_secret'],
      ['a wrong secret', { 'x-admin-secret': `${OPERATORS_SECRET} ` }, 401, 'identity.invalid_admin_secret'],
      [
        'the secret as a token',
        { authorization: `Bearer ${OPERATORS_SECRET.replaceAll(' ', '')}` },
        401,
        'identity.invalid_token',
      ],
    ])('not %s', async (_case, headers, status, code) => {
      const answer = await operators.call(headers, 'POST', '/probe/operator');
      expect(answer.statusCode).toBe(status);
      expect(answer.json()).toMatchObject({ code });
    });

    test('not an admin of an organization', async () => {
      const answer = await operators.call(operators.bearer(operators.ada), 'POST', '/probe/operator');
      expect(answer.json()).toMatchObject({ status: 403, code: 'identity.operator_required' });
    });

    test('not with a wrong secret beside a good sign-in', async () => {
      const answer = await operators.call(
        { ...operators.bearer(operators.boss), 'x-admin-secret': 'wrong' },
        'POST',
        '/probe/operator',
      );
      expect(answer.statusCode).toBe(401);
    });

    test('the secret means nothing anywhere else', async () => {
      const alone = await operators.bySecret('GET', '/probe');
      expect(alone.json()).toMatchObject({ status: 401, code: 'identity.sign_in_required' });
      const beside = await operators.call(
        { ...operators.bearer(operators.ada), 'x-admin-secret': OPERATORS_SECRET },
        'GET',
        '/probe',
      );
      expect(beside.json()).toMatchObject({ kind: 'user', userId: operators.ada.userId, role: 'admin' });
    });

    test('without a secret in the settings no secret opens anything', async () => {
      const closed = await operators.world.withSettings({ adminSecret: undefined });
      for (const secret of ['', 'undefined', OPERATORS_SECRET]) {
        const answer = await closed.http.inject({
          method: 'POST',
          url: '/api/v1/probe/operator',
          headers: { 'x-admin-secret': secret },
        });
        expect(answer.statusCode).toBe(401);
      }
    });

    test('wrong secrets count against the address, and the right one starts the count again', async () => {
      const limited = await operators.world.withSettings({ rateLimit: true });
      const guess = (secret: string, remoteAddress: string) =>
        limited.http.inject({
          method: 'POST',
          url: '/api/v1/probe/operator',
          headers: { 'x-admin-secret': secret },
          remoteAddress,
        });
      for (let round = 0; round < 30; round += 1) {
        await guess('wrong', '192.0.2.1');
        expect((await guess(OPERATORS_SECRET, '192.0.2.1')).statusCode).toBe(200);
      }
      let last = await guess('wrong', '192.0.2.2');
      for (let round = 0; round < 30 && last.statusCode === 401; round += 1)
        last = await guess('wrong', '192.0.2.2');
      expect(last.json()).toMatchObject({ status: 429, code: 'identity.too_many_attempts' });
      expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
      // So that a guess in the dark learns nothing, the right one waits too.
      expect((await guess(OPERATORS_SECRET, '192.0.2.2')).statusCode).toBe(429);
      expect((await guess(OPERATORS_SECRET, '192.0.2.3')).statusCode).toBe(200);
    });

    test('the service itself refuses everybody else', async () => {
      const somebody = { ...publicActor('test'), kind: 'user', role: 'admin' } as const;
      await expect(operators.world.operators.users.list(somebody, {})).rejects.toMatchObject({
        code: 'identity.not_allowed',
      });
      await expect(
        operators.world.operators.users.markOperator(somebody, 'ada@example.org', true),
      ).rejects.toMatchObject({ code: 'identity.not_allowed' });
    });
  });
}
