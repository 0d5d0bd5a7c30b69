import { beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { SecondFactorStage } from '../../../testing/second-factor-stage.ts';

/** Signing in with a second factor. */
export function secondFactorSignInContract(stage: SecondFactorStage): void {
  const { password, call, codeOf, enrol, login, challengeFor, answer } = stage;

  describe('signing in', () => {
    let world: IdentityWorld;
    beforeAll(() => {
      ({ world } = stage.now());
    });

    test('the right password is answered by a challenge, and the code signs in', async () => {
      const { email, secret, userId } = await enrol();
      const asked = await login(email);
      expect(asked).toMatchObject({
        status: 401,
        body: { code: 'identity.second_factor_required', challenge: expect.any(String), expiresIn: 300 },
      });
      expect(asked.cookies).toEqual([]);
      const signedIn = await answer(asked.body.challenge, { code: codeOf(secret) });
      expect(signedIn).toMatchObject({ status: 200, body: { tokenType: 'Bearer', user: { id: userId } } });
      expect((await call('GET', 'me', { token: signedIn.body.accessToken })).status).toBe(200);
      expect(await world.audited('session.opened')).toContainEqual(
        expect.objectContaining({ userId, details: { method: 'password', secondFactor: 'code' } }),
      );
    });

    test('a browser gets its cookies with the second step', async () => {
      const { email, secret } = await enrol();
      const challenge = await challengeFor(email);
      const signedIn = await call('POST', 'login/second-factor', {
        body: { challenge, code: codeOf(secret) },
      });
      expect(signedIn.cookies.map((cookie) => cookie.name)).toEqual([
        '__Host-scriptorium_access',
        '__Host-scriptorium_refresh',
      ]);
      expect(signedIn.body).not.toHaveProperty('refreshToken');
    });

    test('a wrong password is answered as without a second factor', async () => {
      const { email } = await enrol();
      const wrong = await call('POST', 'login', { body: { email, password: 'not the password' } });
      expect(wrong).toMatchObject({ status: 401, body: { code: 'identity.invalid_credentials' } });
      expect(wrong.body).not.toHaveProperty('challenge');
    });

    test('a code works once, also for another challenge, and no older one after it', async () => {
      const { email, secret } = await enrol();
      const [one, two] = [await challengeFor(email), await challengeFor(email)];
      expect((await answer(one, { code: codeOf(secret) })).status).toBe(200);
      for (const seconds of [0, -30]) {
        expect(await answer(two, { code: codeOf(secret, seconds) })).toMatchObject({
          status: 401,
          body: { code: 'identity.second_factor_not_valid' },
        });
      }
      expect((await answer(two, { code: codeOf(secret, 30) })).status).toBe(200);
    });

    test.each([
      [-60, 401],
      [-30, 200],
      [0, 200],
      [30, 200],
      [60, 401],
    ])('a clock that is %d seconds off gets %d', async (seconds, status) => {
      const { email, secret } = await enrol();
      world.pass(300);
      expect((await answer(await challengeFor(email), { code: codeOf(secret, seconds) })).status).toBe(
        status,
      );
    });

    test('of ten answers at once one signs in', async () => {
      const { email, secret } = await enrol();
      const challenge = await challengeFor(email);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => answer(challenge, { code: codeOf(secret) })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(9);
    });

    test('a challenge ends after five minutes, after its use, and with the password that it stood for', async () => {
      const { email, secret, token } = await enrol();
      const late = await challengeFor(email);
      world.pass(301);
      const notValid = { status: 401, body: { code: 'identity.challenge_not_valid' } };
      expect(await answer(late, { code: codeOf(secret) })).toMatchObject(notValid);
      const used = await challengeFor(email);
      expect((await answer(used, { code: codeOf(secret) })).status).toBe(200);
      expect(await answer(used, { code: codeOf(secret, 30) })).toMatchObject(notValid);
      world.pass(60);
      const before = await challengeFor(email);
      const body = { currentPassword: password, newPassword: 'quite another password' };
      expect((await call('POST', 'password', { token, body })).status).toBe(204);
      expect(await answer(before, { code: codeOf(secret) })).toMatchObject(notValid);
      expect(await answer('x'.repeat(43), { code: codeOf(secret) })).toMatchObject(notValid);
    });

    test('a challenge opens its own account only', async () => {
      const one = await enrol();
      const two = await enrol();
      expect((await answer(await challengeFor(one.email), { code: codeOf(two.secret) })).status).toBe(401);
      expect(
        (await answer(await challengeFor(one.email), { recoveryCode: two.recoveryCodes[0] })).status,
      ).toBe(401);
    });

    test('a recovery code stands for the code once, however it is typed, and is told', async () => {
      const { email, recoveryCodes, token } = await enrol();
      const typed = (recoveryCodes[0] ?? '').toUpperCase().replaceAll('-', ' ');
      expect((await answer(await challengeFor(email), { recoveryCode: typed })).status).toBe(200);
      expect((await world.mailTo(email))[0]).toContain('A recovery code was used');
      expect((await answer(await challengeFor(email), { recoveryCode: recoveryCodes[0] })).status).toBe(401);
      expect((await call('GET', 'second-factor', { token })).body.recoveryCodesLeft).toBe(9);
    });

    test('wrong codes make everybody wait who knows the password, longer each time', async () => {
      const { email, secret } = await enrol();
      const challenge = await challengeFor(email);
      for (let index = 0; index < 5; index += 1)
        expect((await answer(challenge, { code: '000000' })).status).toBe(401);
      const waits: number[] = [];
      for (let index = 0; index < 4; index += 1) {
        const refused = await answer(await challengeFor(email), { code: codeOf(secret) });
        expect(refused).toMatchObject({ status: 429, body: { code: 'identity.too_many_attempts' } });
        waits.push(Number(refused.headers['retry-after']));
        world.pass(waits.at(-1) ?? 0);
        expect((await answer(await challengeFor(email), { code: '000000' })).status).toBe(401);
      }
      expect(waits).toEqual([30, 60, 120, 240]);
      world.pass(480);
      expect((await answer(await challengeFor(email), { code: codeOf(secret) })).status).toBe(200);
      world.pass(60);
      expect((await answer(await challengeFor(email), { code: '000000' })).status).toBe(401);
      expect((await answer(await challengeFor(email), { code: codeOf(secret) })).status).toBe(200);
    });

    test.each([
      ['no code', {}],
      ['both', { code: '123456', recoveryCode: '0000-0000-0000-0000' }],
      ['a short code', { code: '12345' }],
      ['digits of another script', { code: '١٢٣٤٥٦' }],
      ['a number', { code: 123456 }],
      ['a short recovery code', { recoveryCode: 'x' }],
    ])('%s is refused before anything is looked at', async (_case, shown) => {
      expect((await answer('x'.repeat(43), shown)).status).toBe(422);
    });

    test('a link stands for the password and not for the second factor, unless it was made to', async () => {
      const { email, secret } = await enrol();
      const instance = instanceActor('test');
      const use = async (options?: { waiveSecondFactor: boolean }) => {
        const { token } = await world.api.createSignInLink(instance, email, options);
        return call('POST', 'sign-in-link', { body: { token } });
      };
      const asked = await use();
      expect(asked).toMatchObject({ status: 401, body: { code: 'identity.second_factor_required' } });
      expect((await answer(asked.body.challenge, { code: codeOf(secret) })).status).toBe(200);
      expect((await use({ waiveSecondFactor: true })).status).toBe(200);
    });
  });
}
