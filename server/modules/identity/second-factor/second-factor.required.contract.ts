import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { SecondFactorStage } from '../../../testing/second-factor-stage.ts';

/** Organizations that ask for a second factor. */
export function secondFactorRequiredContract(stage: SecondFactorStage): void {
  const { password, call, codeOf, join, enrol } = stage;

  describe('an organization that asks for it', () => {
    let db: TestDatabase;
    beforeAll(() => {
      ({ db } = stage.now());
    });

    const require = (organizationId: string, value: boolean) =>
      db.owner('update organizations set require_second_factor = $2 where id = $1', [organizationId, value]);

    test('lets people without one do nothing but set it up, from the next request on', async () => {
      const { token, organizationId } = await join();
      expect((await call('GET', '/probe', { token })).status).toBe(200);
      await require(organizationId, true);
      expect(await call('GET', '/probe', { token })).toMatchObject({
        status: 403,
        body: { code: 'identity.second_factor_setup_required' },
      });
      expect((await call('GET', 'me', { token })).status).toBe(200);
      const { secret } = (await call('POST', 'second-factor', { token })).body;
      expect((await call('GET', '/probe', { token })).status).toBe(403);
      await call('POST', 'second-factor/confirm', { token, body: { code: codeOf(secret) } });
      expect((await call('GET', '/probe', { token })).status).toBe(200);
    });

    test('is not asked in another organization of theirs, and again here when it is removed', async () => {
      const here = await enrol();
      const elsewhere = await join();
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        elsewhere.organizationId,
        here.userId,
      ]);
      await require(here.organizationId, true);
      const probe = async (headers = {}) =>
        (await call('GET', '/probe', { token: here.token, headers })).status;
      expect(await probe()).toBe(200);
      const body = { code: codeOf(here.secret), currentPassword: password };
      expect((await call('DELETE', 'second-factor', { token: here.token, body })).status).toBe(204);
      expect(await probe()).toBe(403);
      expect(await probe({ 'x-organization-id': elsewhere.organizationId })).toBe(200);
    });

    test('a sign-in that only looks like one by an identity provider does not do', async () => {
      const { token, organizationId, userId } = await join();
      await require(organizationId, true);
      await db.owner("update sessions set method = 'sso' where user_id = $1", [userId]);
      expect((await call('GET', '/probe', { token })).status).toBe(401);
    });
  });
}
