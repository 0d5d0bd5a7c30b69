import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { INSTANCE_TRAIL } from '../../../platform/audit/index.ts';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { federationStage } from '../../../testing/federation-stage.ts';
import { type FederationWorld, ORIGIN } from '../../../testing/federation-world.ts';
import type { HostileProvider } from '../../../testing/hostile-provider.ts';
import { hostileWorld, SIGN_IN } from '../../../testing/hostile-world.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import { issuerKeyPair } from '../../../testing/token-issuer.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

/** Hearing from identity providers that somebody signed out there, on one kind of database. */
export function backchannelLogoutContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`back-channel logout by the real oidc-provider: ${name}`, () => {
    const federation = federationStage(open);
    let world: FederationWorld;

    beforeAll(() => {
      ({ world } = federation.now());
      // The provider's clock is the machine's.
      world.pass((Date.now() - world.clock().getTime()) / 1000);
    });

    async function signOutThere(browser: Browser) {
      const asked = await browser.go(`${world.provider.issuer}/session/end`);
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
      await browser.go(`${world.provider.issuer}/session/end/confirm`, { form: { xsrf, logout: 'yes' } });
    }

    test('signing out there ends the session here, and no other of the same person', async () => {
      await world.trust();
      const login = world.person();
      const [left, stays] = [world.browser(), world.browser()];
      await world.signIn(login, left);
      await world.signIn(login, stays);
      const { user } = (await world.me(left)).json();
      await signOutThere(left);
      expect((await world.me(left)).statusCode).toBe(401);
      expect((await world.me(stays)).statusCode).toBe(200);
      const details = { provider: 'acme', reason: 'signed out at the identity provider' };
      expect(await world.audited('session.closed')).toMatchObject([
        { userId: user.id, organizationId: INSTANCE_TRAIL, targetId: user.id, details },
        { userId: user.id, organizationId: world.organizationId, details },
      ]);
    });

    test('its place is told to operators', async () => {
      await world.reset();
      expect(await world.trust()).toMatchObject({
        backchannelLogoutUrl: `${ORIGIN}/api/v1/auth/oidc/acme/backchannel-logout`,
      });
    });
  });

  describe(`back-channel logout: ${name}`, () => {
    const stage = hostileWorld(open);
    let db: TestDatabase;
    let issuer: HostileProvider;
    let world: IdentityWorld;
    let providerId: string;
    let organizationId: string;

    beforeAll(() => {
      ({ db, issuer, world, organizationId } = stage.now());
      world.pass((Date.now() - world.clock().getTime()) / 1000);
    });
    beforeEach(async () => {
      ({ id: providerId } = await stage.trust(SIGN_IN));
    });

    /** Signs in; the cookie of the session. */
    async function signIn(sub = 'somebody', sid?: string): Promise<string> {
      const begun = await world.http.inject({ url: '/api/v1/auth/oidc/acme/start' });
      const away = new URL(String(begun.headers.location)).searchParams;
      const email = `${sub}@hostile.example`;
      issuer.give(await issuer.idToken({ nonce: away.get('nonce'), sub, email, sid }));
      const [flow] = begun.cookies;
      const landed = await world.http.inject({
        url: `/api/v1/auth/oidc/acme/callback?code=c&state=${away.get('state')}`,
        headers: { cookie: `${flow?.name}=${flow?.value}` },
      });
      expect(landed.headers.location).toBe(`${ORIGIN}/`);
      return landed.cookies.map(({ name: key, value }) => `${key}=${value}`).join('; ');
    }
    const isIn = async (cookie: string) =>
      (await world.http.inject({ url: '/api/v1/auth/me', headers: { cookie } })).statusCode === 200;

    let serial = 0;
    const logoutToken = (claims: object = {}, header = {}, key = issuer.key) =>
      issuer.idToken(
        {
          ...{ email: undefined, email_verified: undefined, jti: `logout ${serial++}` },
          ...{ events: { [LOGOUT]: {} }, ...claims },
        },
        { typ: 'logout+jwt', ...header },
        key,
      );
    const tell = (payload: string, slug = 'acme') =>
      world.http.inject({
        ...{ method: 'POST', url: `/api/v1/auth/oidc/${slug}/backchannel-logout`, headers: FORM, payload },
      });
    const send = async (token: string | Promise<string>, slug?: string) =>
      tell(new URLSearchParams({ logout_token: await token }).toString(), slug);

    test('a subject’s sessions end, all of them, and nobody else’s', async () => {
      const [first, second, other] = [await signIn(), await signIn(), await signIn('another')];
      const answer = await send(logoutToken());
      expect([answer.statusCode, answer.body, answer.headers['cache-control']]).toEqual([
        200,
        '',
        'no-store',
      ]);
      expect([await isIn(first), await isIn(second), await isIn(other)]).toEqual([false, false, true]);
    });

    test('a session at the provider ends the sessions that came from it', async () => {
      const [first, second] = [await signIn('somebody', 's1'), await signIn('somebody', 's2')];
      expect((await send(logoutToken({ sub: undefined, sid: 's1' }))).statusCode).toBe(200);
      expect([await isIn(first), await isIn(second)]).toEqual([false, true]);
      expect((await send(logoutToken({ sid: 's2' }))).statusCode).toBe(200);
      expect(await isIn(second)).toBe(false);
    });

    test('a session that the subject does not have is not ended', async () => {
      const other = await signIn('another', 's1');
      await signIn('somebody', 's2');
      expect((await send(logoutToken({ sub: 'somebody', sid: 's1' }))).statusCode).toBe(200);
      expect(await isIn(other)).toBe(true);
    });

    test('a session of which the provider said no name ends with any of the subject’s', async () => {
      const cookie = await signIn();
      await send(logoutToken({ sid: 's1' }));
      expect(await isIn(cookie)).toBe(false);
    });

    test('refreshing does not bring the session back, and its streams hear of it', async () => {
      const cookie = await signIn();
      const me = await world.http.inject({ url: '/api/v1/auth/me', headers: { cookie } });
      const [row] = await db.owner('select id from sessions where user_id = $1', [me.json().user.id]);
      const heard = Promise.withResolvers<void>();
      const actor = {
        userId: me.json().user.id,
        credentialId: String(row?.id),
        organizationId,
        requestId: 'r',
      };
      const unwatch = world.accessChanges.watch(
        { kind: 'user', role: 'regular', scopes: [], ...actor },
        heard.resolve,
      );
      await send(logoutToken());
      await heard.promise;
      unwatch();
      const again = { method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie } } as const;
      expect((await world.http.inject(again)).statusCode).toBe(401);
    });

    test('a token that comes again is answered alike, and ends nothing that began since', async () => {
      await signIn();
      const token = await logoutToken();
      expect((await send(token)).statusCode).toBe(200);
      const since = await signIn();
      expect((await send(token)).statusCode).toBe(200);
      expect(await isIn(since)).toBe(true);
    });

    test('whom nobody knows here is signed out already', async () => {
      expect((await send(logoutToken({ sub: 'nobody' }))).statusCode).toBe(200);
      expect((await send(logoutToken({ sub: undefined, sid: 'no such' }))).statusCode).toBe(200);
    });

    const now = () => Math.floor(Date.now() / 1000);
    test.each<[string, () => Promise<string> | string]>([
      ['no token at all', () => 'not a token'],
      ['a nonce', () => logoutToken({ nonce: 'n' })],
      ['no event', () => logoutToken({ events: undefined })],
      ['another event', () => logoutToken({ events: { 'http://other.example/event': {} } })],
      ['an event that is no object', () => logoutToken({ events: { [LOGOUT]: true } })],
      ['events that are a list', () => logoutToken({ events: [LOGOUT] })],
      ['no id', () => logoutToken({ jti: undefined })],
      ['an id that is no text', () => logoutToken({ jti: 5 })],
      ['neither subject nor session', () => logoutToken({ sub: undefined })],
      ['a subject that is no text', () => logoutToken({ sub: 5, sid: 's1' })],
      ['a session that is no text', () => logoutToken({ sid: { a: 1 } })],
      ['another issuer', () => logoutToken({ iss: 'https://other.example' })],
      ['another audience', () => logoutToken({ aud: 'somebody else' })],
      ['expired', () => logoutToken({ iat: now() - 120, exp: now() - 60 })],
      ['long ago, though it never expires', () => logoutToken({ iat: now() - 7200, exp: now() + 7200 })],
      ['no expiry', () => logoutToken({ exp: undefined })],
      ['no time of issue', () => logoutToken({ iat: undefined })],
      ['another type', () => logoutToken({}, { typ: 'at+jwt' })],
      ['another key', async () => logoutToken({}, {}, await issuerKeyPair('RS256', 'first'))],
      ['an ID token', () => issuer.idToken({})],
    ])('is refused: %s', async (_what, token) => {
      const cookie = await signIn();
      const answer = await send(token());
      expect(answer.json()).toMatchObject({ status: 400, code: 'federation.logout_refused' });
      expect(await isIn(cookie)).toBe(true);
    });

    test.each(['', 'logout_token=', 'logout_token=a&logout_token=b', 'token=a', '%ff%00=%ff'])(
      'is refused: the form %j',
      async (form) => {
        expect((await tell(form)).json()).toMatchObject({ status: 400, code: 'federation.logout_refused' });
      },
    );

    test('is refused alike at a provider that is off, that is not there, or that is another', async () => {
      const cookie = await signIn();
      const other = await send(logoutToken(), 'nobody');
      expect(other.json()).toMatchObject({ status: 400, code: 'federation.logout_refused' });
      await db.owner('update identity_providers set enabled = false where id = $1', [providerId]);
      expect((await send(logoutToken())).json()).toMatchObject({ code: 'federation.logout_refused' });
      await db.owner('update identity_providers set enabled = true where id = $1', [providerId]);
      expect(await isIn(cookie)).toBe(true);
    });

    test('while the provider’s keys cannot be read, it may try again', async () => {
      issuer.answer('/jwks', (response) => void response.writeHead(503).end());
      expect((await send(logoutToken())).json()).toMatchObject({
        status: 503,
        code: 'auth.issuer_unavailable',
      });
    });
  });
}
