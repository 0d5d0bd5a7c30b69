import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import { queryBuilder, statement } from '../../../platform/db/index.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type OperatorsWorld, operatorsWorld } from '../../../testing/operators-world.ts';
import { organizationCalled, personCalledOrAddressed } from '../identity.directory.repository.ts';
import type { IdentityTables } from '../identity.tables.ts';

/** What operators do with people and organizations, over HTTP, on every database. */
export function operatorsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`operators: ${name}`, () => {
    let operators: OperatorsWorld;
    beforeAll(async () => {
      operators = await operatorsWorld(await open());
    });
    afterAll(() => operators.close());

    describe('people', () => {
      test('are listed by pages and found by how a name or an address begins, literally', async () => {
        const first = await operators.bySecret('GET', '/operator/users?limit=1');
        expect(first.json().items).toMatchObject([
          { email: 'boss@example.org', operator: true, disabledAt: null },
        ]);
        const next = await operators.bySecret(
          'GET',
          `/operator/users?limit=1&cursor=${first.json().nextCursor}`,
        );
        expect(next.json().items).toMatchObject([{ email: 'ada@example.org', operator: false }]);
        const found = async (query: string) =>
          (await operators.bySecret('GET', `/operator/users?${query}`))
            .json()
            .items.map(({ email }: { email: string }) => email);
        expect(await found('q=ADA@EX')).toEqual(['ada@example.org']);
        expect(await found('q=%25')).toEqual([]);
        expect(await found('q=_')).toEqual([]);
        expect(await found(`q=${encodeURIComponent("' or 1=1 --")}`)).toEqual([]);
        expect(await found('state=operator')).toEqual(['boss@example.org']);
        expect(await found('state=disabled')).toEqual([]);
      });

      test('and organizations are found by an index, with row-level security in force', async () => {
        const plans = await operators.db.database.uow.write(instanceActor('test'), async (tx) => {
          // A few rows would be read faster without an index; a policy that kept the index away would not mind.
          await statement('set local enable_seqscan = off')(tx);
          const builder = queryBuilder<IdentityTables>(tx);
          return [
            await builder.selectFrom('users').select('id').where(personCalledOrAddressed('Ad')).explain(),
            await builder.selectFrom('organizations').select('id').where(organizationCalled('Ad')).explain(),
          ].map((plan) => JSON.stringify(plan));
        });
        for (const index of ['users_by_name', 'users_by_last_word', 'users_by_address'])
          expect(plans[0]).toContain(index);
        for (const index of ['organizations_by_name', 'organizations_by_last_word'])
          expect(plans[1]).toContain(index);
      });

      test('show where they belong, and nothing that lets anybody in', async () => {
        const answer = await operators.byBoss('GET', `/operator/users/${operators.ada.userId}`);
        expect(answer.json()).toMatchObject({
          id: operators.ada.userId,
          organizations: [{ id: operators.ada.organizationId, role: 'admin' }],
        });
        expect(answer.body).not.toContain('argon2');
      });

      test.each([
        ['disabled', 'PATCH', { disabled: true }],
        ['deleted', 'DELETE', undefined],
      ] as const)('who are %s have invited nobody', async (how, method, payload) => {
        const lee = await operators.world.join(`${how}-admin@example.org`);
        await operators.db.owner(
          "insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')",
          [lee.organizationId, operators.ada.userId],
        );
        const invited = await operators.call(operators.bearer(lee), 'POST', '/invitations', {
          role: 'admin',
        });
        const token = new URL(invited.json().link).hash.slice('#token='.length);
        const look = () => operators.call({}, 'POST', '/invitations/lookup', { token });
        expect((await look()).statusCode).toBe(200);
        await operators.byBoss(method, `/operator/users/${lee.userId}`, payload);
        expect((await look()).statusCode).toBe(410);
        await operators.db.owner('delete from memberships where organization_id = $1', [lee.organizationId]);
      });

      test('who are disabled are out at once and stay out until they are enabled', async () => {
        const kim = await operators.world.join('kim@example.org');
        const made = await operators.call(operators.bearer(kim), 'POST', '/api-keys', {
          name: 'k',
          scopes: ['search:read'],
        });
        const { key } = made.json();
        const change = (body: object) => operators.byBoss('PATCH', `/operator/users/${kim.userId}`, body);
        const disabled = await change({ disabled: true, reason: 'left the company' });
        expect(disabled.json()).toMatchObject({ disabledAt: expect.any(String) });
        expect((await operators.call(operators.bearer(kim), 'GET', '/probe')).statusCode).toBe(401);
        expect(
          (await operators.call({ authorization: `Bearer ${key}` }, 'GET', '/probe/search')).statusCode,
        ).toBe(401);
        const refresh = { refreshToken: kim.program.refreshToken };
        expect((await operators.call({}, 'POST', '/auth/refresh', refresh)).statusCode).toBe(401);
        expect((await operators.login('kim@example.org')).json()).toMatchObject({
          status: 403,
          code: 'identity.account_disabled',
        });
        expect(await operators.world.audited('user.changed_by_operator')).toContainEqual(
          expect.objectContaining({
            targetId: kim.userId,
            userId: operators.boss.userId,
            details: { reason: 'left the company' },
          }),
        );

        await change({ disabled: false });
        expect((await operators.login('kim@example.org')).statusCode).toBe(200);
        expect(
          (await operators.call({ authorization: `Bearer ${key}` }, 'GET', '/probe/search')).statusCode,
        ).toBe(200);
        // What was ended stays ended.
        expect((await operators.call(operators.bearer(kim), 'GET', '/probe')).statusCode).toBe(401);
      });

      test('a wrong password of a disabled account is answered like any other wrong one', async () => {
        const lou = await operators.world.join('lou@example.org');
        await operators.bySecret('PATCH', `/operator/users/${lou.userId}`, { disabled: true });
        const payload = { email: 'lou@example.org', password: 'not the right one' };
        const answer = await operators.call({}, 'POST', '/auth/login', payload);
        expect(answer.json()).toMatchObject({ status: 401, code: 'identity.invalid_credentials' });
      });

      test('a change that changes nothing leaves no trace', async () => {
        const before = await operators.world.audited('user.changed_by_operator');
        await operators.byBoss('PATCH', `/operator/users/${operators.ada.userId}`, {
          disabled: false,
          operator: false,
        });
        expect(await operators.world.audited('user.changed_by_operator')).toHaveLength(before.length);
      });

      test('get a link that signs them in once', async () => {
        const made = await operators.byBoss('POST', `/operator/users/${operators.ada.userId}/sign-in-link`);
        expect(made.statusCode).toBe(201);
        const { token } = made.json();
        expect((await operators.call({}, 'POST', '/auth/sign-in-link', { token })).statusCode).toBe(200);
        expect((await operators.call({}, 'POST', '/auth/sign-in-link', { token })).statusCode).toBe(410);
      });

      test('are deleted with their sessions and keys, but not while they are the last admin somewhere', async () => {
        const max = await operators.world.join('max@example.org');
        const refused = await operators.byBoss('DELETE', `/operator/users/${max.userId}`);
        expect(refused.json()).toMatchObject({
          status: 409,
          code: 'identity.last_admin',
        });
        await operators.db.owner(
          "insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')",
          [max.organizationId, operators.ada.userId],
        );
        expect((await operators.byBoss('DELETE', `/operator/users/${max.userId}`)).statusCode).toBe(204);
        expect((await operators.call(operators.bearer(max), 'GET', '/probe')).statusCode).toBe(401);
        expect((await operators.byBoss('GET', `/operator/users/${max.userId}`)).statusCode).toBe(404);
        expect(await operators.world.audited('user.deleted')).toContainEqual(
          expect.objectContaining({ targetId: max.userId }),
        );
        const left = (await operators.world.audited('member.removed')).filter(
          (event) => event.targetId === max.userId,
        );
        expect(left).toMatchObject([{ organizationId: max.organizationId }]);
        await operators.db.owner('delete from memberships where organization_id = $1', [max.organizationId]);
      });

      test('an operator does not shut themselves out', async () => {
        const own = `/operator/users/${operators.boss.userId}`;
        for (const answer of [
          await operators.byBoss('PATCH', own, { disabled: true }),
          await operators.byBoss('PATCH', own, { operator: false }),
          await operators.byBoss('DELETE', own),
        ])
          expect(answer.json()).toMatchObject({ status: 409, code: 'identity.own_account' });
      });

      test.each([
        ['GET', undefined],
        ['PATCH', { disabled: true }],
        ['DELETE', undefined],
      ] as const)('%s of somebody who does not exist is not found', async (method, payload) => {
        const answer = await operators.bySecret(method, `/operator/users/${operators.world.ids()}`, payload);
        expect(answer.json()).toMatchObject({ status: 404, code: 'identity.user_not_found' });
        expect((await operators.bySecret(method, '/operator/users/nonsense', payload)).statusCode).toBe(404);
      });

      test.each([
        [{}],
        [{ disabled: 'yes' }],
        [{ admin: true }],
        [{ operator: true, reason: 'x'.repeat(501) }],
      ])('a change by %j is refused', async (body) => {
        expect(
          (await operators.bySecret('PATCH', `/operator/users/${operators.ada.userId}`, body)).statusCode,
        ).toBe(422);
      });
    });

    describe('organizations', () => {
      test('are listed with how many belong to them, and found by name', async () => {
        const all = await operators.bySecret('GET', '/operator/organizations?limit=100');
        expect(all.json().items).toContainEqual(
          expect.objectContaining({ id: operators.ada.organizationId, members: 1, suspendedAt: null }),
        );
        const found = await operators.bySecret('GET', '/operator/organizations?q=ada');
        expect(found.json().items).toMatchObject([{ id: operators.ada.organizationId }]);
      });

      test('that are suspended let nobody in, tell why, and open again as they were', async () => {
        const ned = await operators.world.join('ned@example.org');
        const path = `/operator/organizations/${ned.organizationId}`;
        const suspended = await operators.byBoss('POST', `${path}/suspend`, { reason: 'Unpaid' });
        expect(suspended.json()).toMatchObject({
          suspendedAt: expect.any(String),
          suspendedReason: 'Unpaid',
        });
        const inside = await operators.call(operators.bearer(ned), 'GET', '/probe');
        expect(inside.json()).toMatchObject({
          status: 403,
          code: 'identity.organization_suspended',
          detail: expect.stringContaining('Unpaid'),
        });
        const listed = await operators.bySecret('GET', '/operator/organizations?state=suspended');
        expect(listed.json().items).toMatchObject([{ id: ned.organizationId }]);
        // Whoever does not belong to it learns nothing of it.
        const outside = await operators.call(
          { ...operators.bearer(operators.ada), 'x-organization-id': ned.organizationId },
          'GET',
          '/probe',
        );
        expect(outside.json()).toMatchObject({ status: 404, code: 'identity.organization_not_found' });

        expect((await operators.byBoss('POST', `${path}/unsuspend`)).json()).toMatchObject({
          suspendedAt: null,
        });
        expect((await operators.call(operators.bearer(ned), 'GET', '/probe')).statusCode).toBe(200);
        const trails = (await operators.world.audited('organization.suspended')).map(
          (event) => event.organizationId,
        );
        expect(trails).toHaveLength(2);
        expect(trails).toContain(ned.organizationId);
      });

      test('that do not exist are not found, and a suspension has a reason', async () => {
        const nowhere = `/operator/organizations/${operators.world.ids()}`;
        for (const answer of [
          await operators.bySecret('GET', nowhere),
          await operators.bySecret('POST', `${nowhere}/suspend`, { reason: 'x' }),
          await operators.bySecret('POST', `${nowhere}/unsuspend`),
        ])
          expect(answer.json()).toMatchObject({ status: 404, code: 'identity.organization_not_found' });
        const here = `/operator/organizations/${operators.ada.organizationId}/suspend`;
        expect((await operators.bySecret('POST', here, { reason: '' })).statusCode).toBe(422);
        expect((await operators.bySecret('POST', here)).statusCode).toBe(422);
      });
    });
  });
}
