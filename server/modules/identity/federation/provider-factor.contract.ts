import { Secret, TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { HostileProvider } from '../../../testing/hostile-provider.ts';
import { hostileWorld, SIGN_IN } from '../../../testing/hostile-world.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';

const ORIGIN = 'https://scriptorium.example';
const AUDIENCE = 'https://api.scriptorium.example';
const SETUP = { status: 403, code: 'identity.second_factor_setup_required' };

/** When a sign-in by an identity provider counts as one with a second factor, on one kind of database. */
export function providerFactorContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`a second factor at the provider: ${name}`, () => {
    const { now, ...operators } = hostileWorld(open);
    let db: TestDatabase;
    let issuer: HostileProvider;
    let world: IdentityWorld;
    let provider: { readonly id: string; readonly version: number };
    let organizationId: string;

    beforeAll(async () => {
      ({ db, issuer, world, organizationId } = now());
      // The provider's clock is the machine's.
      world.pass((Date.now() - world.clock().getTime()) / 1000);
      await db.owner('update organizations set require_second_factor = true where id = $1', [organizationId]);
    });

    async function trust(settings: object = {}) {
      provider = await operators.trust({ ...SIGN_IN, bearerAudience: AUDIENCE, ...settings });
    }

    /** Signs in with these claims in the ID token: where that leads, and the cookies of the session. */
    async function signIn(claims: object = {}) {
      const begun = await world.http.inject({ url: '/api/v1/auth/oidc/acme/start?returnTo=/library' });
      const asked = new URL(String(begun.headers.location)).searchParams;
      issuer.give(await issuer.idToken({ nonce: asked.get('nonce'), ...claims }));
      const [flow] = begun.cookies;
      const landed = await world.http.inject({
        url: `/api/v1/auth/oidc/acme/callback?code=c&state=${asked.get('state')}`,
        headers: { cookie: `${flow?.name}=${flow?.value}` },
      });
      const kept = landed.cookies.filter(({ value }) => value !== '');
      return {
        asked,
        at: String(landed.headers.location),
        cookie: kept.map(({ name: key, value }) => `${key}=${value}`).join('; '),
      };
    }
    const get = (path: string, headers: Record<string, string>) =>
      world.http.inject({ url: `/api/v1${path}`, headers });
    const post = (path: string, payload: object, headers: Record<string, string> = {}) =>
      world.http.inject({ method: 'POST', url: `/api/v1/auth/${path}`, payload, headers });
    const probe = async (cookie: string) => (await get('/probe', { cookie })).json();

    test.each<[string, object, object]>([
      ['several factors', {}, { amr: ['mfa'] }],
      ['a password and a one-time code', {}, { amr: ['pwd', 'otp'] }],
      ['a key', {}, { amr: ['hwk', 'user'] }],
      ['a message', {}, { amr: ['pwd', 'sms'] }],
      ['a class that operators named', { secondFactorAcr: ['gold', 'silver'] }, { acr: 'silver' }],
      ['nothing, where operators trust it', { trustSecondFactor: true }, {}],
    ])('counts where the provider says %s', async (_what, settings, claims) => {
      await trust(settings);
      const { at, cookie } = await signIn(claims);
      expect(at).toBe(`${ORIGIN}/library`);
      expect(await probe(cookie)).toMatchObject({ kind: 'user', organizationId });
      expect(await world.audited('session.opened')).toContainEqual(
        expect.objectContaining({ details: { method: 'sso', secondFactor: 'provider' } }),
      );
    });

    test.each<[string, object, object]>([
      ['nothing', {}, {}],
      ['a password', {}, { amr: ['pwd'] }],
      ['that somebody was there', {}, { amr: ['pwd', 'user', 'pin', 'kba', 'geo', 'rba'] }],
      ['the word outside of a list', {}, { amr: 'mfa' }],
      ['what is no word', {}, { amr: [['mfa'], { mfa: true }, null] }],
      ['nothing, among claims of another name', {}, { acr: 'mfa', amr_values: ['mfa'] }],
      ['another class', { secondFactorAcr: ['gold'] }, { acr: 'Gold' }],
      ['a list of classes', { secondFactorAcr: ['gold'] }, { acr: ['gold'] }],
    ])('does not count where the provider says %s', async (_what, settings, claims) => {
      await trust(settings);
      const { cookie } = await signIn(claims);
      expect(await probe(cookie)).toMatchObject(SETUP);
      expect((await get('/auth/me', { cookie })).statusCode).toBe(200);
    });

    test('the user info, which nobody signs, does not count', async () => {
      await trust();
      issuer.describe({ userinfo_endpoint: `${issuer.issuer}/userinfo` });
      issuer.answer('/userinfo', (response) => {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            ...{ sub: 'somebody', email: 'somebody@hostile.example', email_verified: true },
            ...{ amr: ['mfa'], acr: 'gold' },
          }),
        );
      });
      const { cookie } = await signIn({ email: undefined });
      expect(await probe(cookie)).toMatchObject(SETUP);
    });

    test('classes that operators named are asked for', async () => {
      await trust({ secondFactorAcr: ['gold', 'silver'] });
      expect((await signIn()).asked.get('acr_values')).toBe('gold silver');
    });

    test('bearer tokens are held to the same', async () => {
      await trust();
      world.pass(6);
      const token = (claims: object) =>
        issuer.idToken({ aud: AUDIENCE, ...claims }).then((value) => ({ authorization: `Bearer ${value}` }));
      expect((await get('/probe', await token({ amr: ['mfa'] }))).statusCode).toBe(200);
      expect((await get('/probe', await token({ amr: ['pwd'] }))).json()).toMatchObject(SETUP);
    });

    describe('who has a second factor here', () => {
      const codeOf = (secret: string) =>
        new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.clock().getTime() });

      /** Signs in and sets it up in the session that the organization does not let in. */
      async function enrolled(): Promise<{ readonly secret: string; readonly cookie: string }> {
        const { cookie } = await signIn({ sid: 'first' });
        const { csrfToken } = (await get('/auth/me', { cookie })).json();
        const proven = { cookie, 'x-csrf-token': csrfToken };
        const { secret } = (await post('second-factor', {}, proven)).json();
        const confirmed = await post('second-factor/confirm', { code: codeOf(secret) }, proven);
        expect(confirmed.statusCode, confirmed.body).toBe(200);
        world.pass(30);
        return { secret, cookie };
      }
      /** The challenge with which the browser lands on the sign-in page; nobody is signed in yet. */
      async function challenged(claims: object = {}): Promise<string> {
        const { at, cookie } = await signIn(claims);
        expect(cookie).toBe('');
        const page = new URL(at);
        expect(page.origin + page.pathname + page.search).toBe(`${ORIGIN}/sign-in?next=%2Flibrary`);
        return new URLSearchParams(page.hash.slice(1)).get('challenge') ?? '';
      }
      const answer = (challenge: string, secret: string) =>
        post('login/second-factor?transport=body', { challenge, code: codeOf(secret) });

      test('gets in by setting it up, and is asked for it as after a password', async () => {
        await trust();
        const { secret, cookie } = await enrolled();
        expect(await probe(cookie)).toMatchObject({ kind: 'user', organizationId });
        const challenge = await challenged({ sid: 'second' });
        expect((await post('login/second-factor', { challenge, code: '000000' })).statusCode).toBe(401);
        const signedIn = (await answer(challenge, secret)).json();
        const bearer = { authorization: `Bearer ${signedIn.accessToken}` };
        expect((await get('/probe', bearer)).json()).toMatchObject({ kind: 'user', organizationId });
        expect(await world.audited('session.opened')).toContainEqual(
          expect.objectContaining({ details: { method: 'sso', secondFactor: 'code' } }),
        );
        // It is a session of the provider as any other.
        expect((await get('/auth/oidc/sign-out', bearer)).statusCode).toBe(200);
        expect(
          await db.owner("select second_factor from federated_sessions where provider_session = 'second'"),
        ).toEqual([{ second_factor: false }]);
      });

      test('is not asked a second time where the provider has seen one', async () => {
        await trust();
        await enrolled();
        const { at, cookie } = await signIn({ amr: ['mfa'] });
        expect(at).toBe(`${ORIGIN}/library`);
        expect(await probe(cookie)).toMatchObject({ organizationId });
      });

      test('cannot answer when the provider was switched off meanwhile', async () => {
        await trust();
        const { secret } = await enrolled();
        const challenge = await challenged();
        await db.owner('update identity_providers set enabled = false where id = $1', [provider.id]);
        expect((await answer(challenge, secret)).json()).toMatchObject({
          status: 401,
          code: 'identity.challenge_not_valid',
        });
      });

      test('cannot answer after signing out at the provider', async () => {
        await trust();
        const { secret } = await enrolled();
        const [left, stays] = [await challenged({ sid: 'left' }), await challenged({ sid: 'stays' })];
        const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
        const logout_token = await issuer.idToken({ sid: 'left', jti: 'one', events });
        const told = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/backchannel-logout' },
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams({ logout_token }).toString(),
        });
        expect(told.statusCode, told.body).toBe(200);
        expect((await answer(left, secret)).json()).toMatchObject({ code: 'identity.challenge_not_valid' });
        expect((await answer(stays, secret)).statusCode).toBe(200);
      });
    });
  });
}
