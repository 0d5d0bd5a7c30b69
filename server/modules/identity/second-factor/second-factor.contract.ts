import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import { type AccountClient, accountClient } from '../../../testing/account-client.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld, type Joined } from '../../../testing/identity-world.ts';

const PASSWORD = 'a password for tests';

/** Time-based codes and recovery codes, over HTTP. */
export function secondFactorContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`second factor: ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let call: AccountClient;
    let people = 0;

    beforeAll(async () => {
      db = await open();
      world = await identityWorld(db);
      call = accountClient(world);
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });

    interface Person extends Joined {
      readonly email: string;
      readonly token: string;
    }
    interface Enrolled extends Person {
      readonly secret: string;
      readonly recoveryCodes: readonly string[];
    }

    /** What an authenticator shows, so many seconds from now. */
    const codeOf = (secret: string, seconds = 0) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({
        timestamp: world.clock().getTime() + seconds * 1000,
      });
    async function join(): Promise<Person> {
      people += 1;
      const email = `person${people}@example.org`;
      const joined = await world.join(email);
      return { ...joined, email, token: joined.program.accessToken };
    }
    async function enrol(): Promise<Enrolled> {
      const person = await join();
      const { token } = person;
      const { secret } = (await call('POST', 'second-factor', { token })).body;
      const confirmed = await call('POST', 'second-factor/confirm', {
        token,
        body: { code: codeOf(secret) },
      });
      // The code that confirmed is used up.
      world.pass(30);
      return { ...person, secret, recoveryCodes: confirmed.body.recoveryCodes };
    }
    const login = (email: string) => call('POST', 'login', { body: { email, password: PASSWORD } });
    const challengeFor = async (email: string): Promise<string> => (await login(email)).body.challenge;
    const answer = (challenge: string, shown: object, world2 = call) =>
      world2('POST', 'login/second-factor?transport=body', { body: { challenge, ...shown } });

    describe('setting up', () => {
      test('gives a secret to type or scan, and counts once a code was confirmed', async () => {
        const { token, email, browser } = await join();
        expect((await call('GET', 'second-factor', { token })).body).toEqual({
          enabled: false,
          confirmedAt: null,
          recoveryCodesLeft: 0,
        });
        const begun = await call('POST', 'second-factor', { token });
        expect(begun.status).toBe(201);
        expect(begun.headers['cache-control']).toBe('no-store');
        const { secret, uri, qrSvg } = begun.body;
        expect(Secret.fromBase32(secret).bytes).toHaveLength(20);
        const parsed = new URL(uri);
        expect(parsed.protocol).toBe('otpauth:');
        expect(decodeURIComponent(parsed.pathname)).toContain(email);
        expect(parsed.searchParams.get('secret')).toBe(secret);
        expect(qrSvg).toMatch(/^<svg [^>]*viewBox/);
        expect((await login(email)).status).toBe(200);

        const wrong = await call('POST', 'second-factor/confirm', { token, body: { code: '000000' } });
        expect(wrong).toMatchObject({ status: 422, body: { code: 'identity.second_factor_not_valid' } });
        const confirmed = await call('POST', 'second-factor/confirm', {
          token,
          body: { code: codeOf(secret) },
        });
        expect(confirmed.status).toBe(200);
        const codes: string[] = confirmed.body.recoveryCodes;
        expect(new Set(codes).size).toBe(10);
        for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
        expect((await call('GET', 'second-factor', { token })).body).toMatchObject({
          enabled: true,
          recoveryCodesLeft: 10,
        });
        expect((await call('GET', 'me', { token })).status).toBe(200);
        expect((await call('GET', 'me', { token: browser.accessToken })).status).toBe(401);
        expect((await world.mailTo(email))[0]).toContain('A second factor was added');
        expect((await login(email)).status).toBe(401);
      });

      test('asks who it is where the sign-in is older than a quarter of an hour', async () => {
        const { token, userId } = await join();
        await db.owner(
          "update sessions set created_at = created_at - interval '16 minutes' where user_id = $1",
          [userId],
        );
        expect(await call('POST', 'second-factor', { token })).toMatchObject({
          status: 403,
          body: { code: 'identity.recent_sign_in_required' },
        });
        const wrong = { currentPassword: 'not the password' };
        expect((await call('POST', 'second-factor', { token, body: wrong })).status).toBe(422);
        const body = { currentPassword: PASSWORD };
        expect((await call('POST', 'second-factor', { token, body })).status).toBe(201);
      });

      test('cannot replace a factor that is in use, and only the newest secret counts before', async () => {
        const { token, secret } = await enrol();
        expect(await call('POST', 'second-factor', { token })).toMatchObject({
          status: 409,
          body: { code: 'identity.second_factor_exists' },
        });
        expect(
          await call('POST', 'second-factor/confirm', { token, body: { code: codeOf(secret) } }),
        ).toMatchObject({
          status: 409,
          body: { code: 'identity.no_second_factor' },
        });
        const other = await join();
        const first = (await call('POST', 'second-factor', { token: other.token })).body.secret;
        const second = (await call('POST', 'second-factor', { token: other.token })).body.secret;
        const confirm = (code: string) =>
          call('POST', 'second-factor/confirm', { token: other.token, body: { code } });
        expect((await confirm(codeOf(first))).status).toBe(422);
        expect((await confirm(codeOf(second))).status).toBe(200);
      });

      test('nothing that is stored can be shown as a code', async () => {
        const { secret, recoveryCodes, userId } = await enrol();
        const stored = JSON.stringify([
          await db.owner(
            "select encode(secret, 'hex') as sealed, encode(secret, 'escape') as text from second_factors where user_id = $1",
            [userId],
          ),
          await db.owner(
            "select encode(code_hash, 'escape') as hash from recovery_codes where user_id = $1",
            [userId],
          ),
        ]);
        expect(stored).not.toContain(Buffer.from(Secret.fromBase32(secret).bytes).toString('hex'));
        for (const code of recoveryCodes) expect(stored).not.toContain(code);
      });
    });

    describe('signing in', () => {
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
        const body = { currentPassword: PASSWORD, newPassword: 'quite another password' };
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
        expect((await answer(await challengeFor(email), { recoveryCode: recoveryCodes[0] })).status).toBe(
          401,
        );
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

    describe('afterwards', () => {
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
        expect((await answer(await challengeFor(email), { recoveryCode: recoveryCodes[0] })).status).toBe(
          401,
        );
        const [fresh] = renewed.body.recoveryCodes;
        expect((await answer(await challengeFor(email), { recoveryCode: fresh })).status).toBe(200);
      });

      test('removing needs the password and a code, and is told', async () => {
        const { token, secret, email, recoveryCodes } = person;
        const remove = (body: object) => call('DELETE', 'second-factor', { token, body });
        expect((await remove({ code: codeOf(secret) })).body.code).toBe('identity.wrong_password');
        expect((await remove({ code: '000000', currentPassword: PASSWORD })).body.code).toBe(
          'identity.second_factor_not_valid',
        );
        expect((await remove({ currentPassword: PASSWORD })).status).toBe(422);
        expect((await login(email)).status).toBe(401);
        expect((await remove({ recoveryCode: recoveryCodes[3], currentPassword: PASSWORD })).status).toBe(
          204,
        );
        expect((await login(email)).status).toBe(200);
        expect((await world.mailTo(email))[0]).toContain('was removed');
        expect((await remove({ code: codeOf(secret), currentPassword: PASSWORD })).status).toBe(409);
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

    describe('an organization that asks for it', () => {
      const require = (organizationId: string, value: boolean) =>
        db.owner('update organizations set require_second_factor = $2 where id = $1', [
          organizationId,
          value,
        ]);

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
        await db.owner(
          "insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')",
          [elsewhere.organizationId, here.userId],
        );
        await require(here.organizationId, true);
        const probe = async (headers = {}) =>
          (await call('GET', '/probe', { token: here.token, headers })).status;
        expect(await probe()).toBe(200);
        const body = { code: codeOf(here.secret), currentPassword: PASSWORD };
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
  });
}
