import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { Enrolled, SecondFactorStage } from '../../../testing/second-factor-stage.ts';

/** New recovery codes, and the end of a second factor. */
export function secondFactorRemovalContract(stage: SecondFactorStage): void {
  const { password, call, codeOf, enrol, login, challengeFor, answer } = stage;

  describe('afterwards', () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    beforeAll(() => {
      ({ db, world } = stage.now());
    });

    let person: Enrolled;
    beforeEach(async () => {
      person = await enrol();
    });

    test('new recovery codes replace the old ones', async () => {
      const { token, secret, email, recoveryCodes } = person;
      const renew = (shown: object) => call('POST', 'second-factor/recovery-codes', { token, body: shown });
      expect((await renew({ code: '000000' })).status).toBe(422);
      const renewed = await renew({ code: codeOf(secret) });
      expect(renewed.body.recoveryCodes).toHaveLength(10);
      expect((await answer(await challengeFor(email), { recoveryCode: recoveryCodes[0] })).status).toBe(401);
      const [fresh] = renewed.body.recoveryCodes;
      expect((await answer(await challengeFor(email), { recoveryCode: fresh })).status).toBe(200);
    });

    test('removing needs the password and a code, and is told', async () => {
      const { token, secret, email, recoveryCodes } = person;
      const remove = (body: object) => call('DELETE', 'second-factor', { token, body });
      expect((await remove({ code: codeOf(secret) })).body.code).toBe('identity.wrong_password');
      expect((await remove({ code: '000000', currentPassword: password })).body.code).toBe(
        'identity.second_factor_not_valid',
      );
      expect((await remove({ currentPassword: password })).status).toBe(422);
      expect((await login(email)).status).toBe(401);
      expect((await remove({ recoveryCode: recoveryCodes[3], currentPassword: password })).status).toBe(204);
      expect((await login(email)).status).toBe(200);
      expect((await world.mailTo(email))[0]).toContain('was removed');
      expect((await remove({ code: codeOf(secret), currentPassword: password })).status).toBe(409);
    });

    test('a new password by mail does not get around it', async () => {
      const { email } = person;
      await db.owner('update users set password_hash = password_hash where email_key = $1', [email]);
      await world.api.setPassword(instanceActor('test'), email, 'set by the operator');
      const asked = await call('POST', 'login', { body: { email, password: 'set by the operator' } });
      expect(asked.body.code).toBe('identity.second_factor_required');
    });

    test('an operator takes it away from who has lost everything', async () => {
      const { email, userId, token } = person;
      const headers = { 'x-admin-secret': 'the admin secret of the tests, long enough' };
      const path = `/operator/users/${userId}/second-factor`;
      expect((await call('DELETE', path, { token })).status).toBe(403);
      expect((await call('DELETE', path, { headers })).status).toBe(204);
      expect((await login(email)).status).toBe(200);
      expect(await world.audited('second_factor.removed')).toContainEqual(
        expect.objectContaining({ targetId: userId }),
      );
      const nobody = `/operator/users/${world.ids()}/second-factor`;
      expect((await call('DELETE', nobody, { headers })).status).toBe(404);
      const instance = instanceActor('test');
      await expect(world.account.factors.reset(instance, 'nobody@example.org')).rejects.toMatchObject({
        code: 'identity.user_not_found',
      });
    });
  });
}
