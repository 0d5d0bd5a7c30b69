import { Secret } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { SecondFactorStage } from '../../../testing/second-factor-stage.ts';

/** Setting up a second factor. */
export function secondFactorSetupContract(stage: SecondFactorStage): void {
  const { password, call, codeOf, join, enrol, login } = stage;

  describe('setting up', () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    beforeAll(() => {
      ({ db, world } = stage.now());
    });

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
      const body = { currentPassword: password };
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
        await db.owner("select encode(code_hash, 'escape') as hash from recovery_codes where user_id = $1", [
          userId,
        ]),
      ]);
      expect(stored).not.toContain(Buffer.from(Secret.fromBase32(secret).bytes).toString('hex'));
      for (const code of recoveryCodes) expect(stored).not.toContain(code);
    });
  });
}
