import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import {
  type FederationWorld,
  failureOf,
  federationWorld,
  ORIGIN,
  startAt,
} from '../../../testing/federation-world.ts';

const PASSWORD = 'a password for tests';

/** Signing in by the real oidc-provider, on one kind of database. */
export function federatedSignInContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`signing in by an identity provider: ${name}`, () => {
    let db: TestDatabase;
    let world: FederationWorld;
    let browser: Browser;

    beforeAll(async () => {
      db = await open();
      world = await federationWorld(db);
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });
    beforeEach(async () => {
      await world.reset();
      browser = world.browser();
    });

    const roleOf = async (by = browser) => (await world.me(by)).json().organization?.role;
    const members = () =>
      db.owner(
        `select u.email, m.role from memberships m join users u on u.id = m.user_id
         where m.organization_id = $1 and u.email like '%@acme.example' order by u.email`,
        [world.organizationId],
      );
    const moveIn = (userId: string) =>
      db.owner('update memberships set organization_id = $1 where user_id = $2', [
        world.organizationId,
        userId,
      ]);
    const verifyEmail = (email: string) =>
      db.owner('update users set email_verified_at = now() where email = $1', [email]);

    describe('people', () => {
      test('a new person gets an account, a membership and a session', async () => {
        await world.trust({ emailDomains: ['acme.example'] });
        const login = world.person();
        const page = await world.signIn(login, browser, startAt('acme', '/library?q=a#top'));
        expect(page.url.href).toBe(`${ORIGIN}/library?q=a#top`);
        const answer = await world.me(browser);
        expect(answer.statusCode).toBe(200);
        expect(answer.json()).toMatchObject({
          user: { email: `${login}@acme.example`, name: `The ${login}`, emailVerified: true },
          organization: { id: world.organizationId, role: 'regular' },
        });
        const userId = answer.json().user.id;
        expect(await world.audited('session.opened')).toContainEqual(
          expect.objectContaining({
            ...{ userId, organizationId: world.organizationId },
            details: { method: 'sso' },
          }),
        );
        for (const action of ['user.created', 'identity.linked', 'member.added'])
          expect(await world.audited(action)).toContainEqual(expect.objectContaining({ targetId: userId }));
      });

      test('come back to the same account, also with another address', async () => {
        await world.trust();
        const login = world.person();
        await world.signIn(login, browser);
        const first = (await world.me(browser)).json().user;
        world.provider.people.set(login, { email: 'renamed@acme.example', email_verified: true });
        const again = world.browser();
        await world.signIn(login, again);
        expect((await world.me(again)).json().user.id).toBe(first.id);
      });

      test('the session is one as any other: refreshed, ended, listed with its proof', async () => {
        await world.trust();
        await world.signIn(world.person(), browser);
        const { csrfToken } = (await world.me(browser)).json();
        const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
        const refreshed = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie } },
        });
        expect(refreshed.statusCode).toBe(200);
        const ended = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/logout' },
          headers: { cookie, 'x-csrf-token': csrfToken },
        });
        expect(ended.statusCode).toBe(204);
        expect((await world.me(browser)).statusCode).toBe(401);
      });

      test('twenty first sign-ins at once make one account', async () => {
        await world.trust();
        const login = world.person();
        const pages = await Promise.all(
          Array.from({ length: 5 }, () => world.signIn(login, world.browser())),
        );
        expect(pages.map(failureOf)).toEqual([null, null, null, null, null]);
        expect(await members()).toEqual([{ email: `${login}@acme.example`, role: 'regular' }]);
      });
    });

    describe('refusals', () => {
      test.each<[string, object, object, string]>([
        ['an unverified address', {}, { email_verified: false }, 'federation.email_not_verified'],
        [
          'an address of which nothing is said',
          {},
          { email_verified: undefined },
          'federation.email_not_verified',
        ],
        ['no address', {}, { email: undefined }, 'federation.email_not_verified'],
        ['an address that is none', {}, { email: 'nobody' }, 'federation.email_not_verified'],
        ['another domain', { emailDomains: ['here.example'] }, {}, 'federation.domain_not_allowed'],
        [
          'a domain that only ends so',
          { emailDomains: ['acme.example'] },
          { email: 'a@evil-acme.example' },
          'federation.domain_not_allowed',
        ],
        [
          'a subdomain',
          { emailDomains: ['acme.example'] },
          { email: 'a@sub.acme.example' },
          'federation.domain_not_allowed',
        ],
        ['accounts are not made', { createUsers: false }, {}, 'federation.account_required'],
        ['no organization', { organizations: [] }, {}, 'federation.no_access'],
        [
          'no role',
          { roleClaim: ['groups'], roles: { staff: 'regular' }, defaultRole: null },
          { groups: ['guests'] },
          'federation.no_access',
        ],
      ])('%s', async (_name, settings, claims, code) => {
        await world.trust(settings);
        const login = world.person(claims);
        expect(failureOf(await world.signIn(login, browser))).toBe(code);
        expect((await world.me(browser)).statusCode).toBe(401);
        expect(await db.owner('select from users where name = $1', [`The ${login}`])).toEqual([]);
      });

      test('addresses that operators vouch for need no word of the provider', async () => {
        await world.trust({ trustEmail: true, emailDomains: ['ACME.example'] });
        expect(
          failureOf(await world.signIn(world.person({ email_verified: undefined }), browser)),
        ).toBeNull();
      });

      test('an unknown provider is none', async () => {
        await world.trust({ enabled: false });
        for (const slug of ['acme', 'nobody', '..%2f', 'x'.repeat(64)]) {
          const answer = await world.http.inject({ url: `/api/v1/auth/oidc/${slug}/start` });
          expect(answer.statusCode, slug).toBe(404);
        }
        expect((await world.http.inject({ url: '/api/v1/auth/oidc/providers' })).json()).toEqual({
          items: [],
        });
      });

      test.each([
        'https://evil.example/',
        '//evil.example',
        '/\\evil.example',
        '/\t/evil.example',
        '/api/v1/auth/me',
        'x',
      ])('the way back %j leads to the start page', async (returnTo) => {
        await world.trust();
        const page = await world.signIn(world.person(), browser, startAt('acme', returnTo));
        expect(page.url.href).toBe(`${ORIGIN}/`);
      });

      test('a code challenge that somebody else put in its place (PKCE downgrade)', async () => {
        await world.trust();
        const away = await browser.go(startAt(), { until: (url) => url.origin !== ORIGIN });
        for (const change of ['replace', 'remove'] as const) {
          const url = new URL(away.url);
          if (change === 'replace') url.searchParams.set('code_challenge', 'A'.repeat(43));
          else for (const key of ['code_challenge', 'code_challenge_method']) url.searchParams.delete(key);
          const page = await world.signIn(world.person(), browser, url.href);
          expect(failureOf(page)).toBe(
            change === 'replace' ? 'federation.refused_by_provider' : 'federation.flow_ended',
          );
        }
      });
    });

    describe('roles and organizations', () => {
      const mapped = {
        ...{ roleClaim: ['groups'], roles: { staff: 'regular', editors: 'power', bosses: 'admin' } },
        ...{ defaultRole: 'guest', syncRoles: true },
      };

      test('follow the claims, up and down, and the highest counts', async () => {
        await world.trust(mapped);
        const login = world.person({ groups: ['staff', 'editors', 'unknown'] });
        const about = world.provider.people.get(login);
        await world.signIn(login, browser);
        expect(await roleOf()).toBe('power');
        for (const [groups, role] of [
          [['bosses'], 'admin'],
          [['staff'], 'regular'],
          [['constructor', '__proto__'], 'guest'],
          [[], 'guest'],
        ] as const) {
          world.provider.people.set(login, { ...about, groups });
          await world.signIn(login, world.browser());
          expect(await roleOf(), String(groups)).toBe(role);
        }
      });

      test('stay where they are not to follow', async () => {
        await world.trust({ ...mapped, syncRoles: false });
        const login = world.person({ groups: ['editors'] });
        await world.signIn(login, browser);
        world.provider.people.set(login, { ...world.provider.people.get(login), groups: ['staff'] });
        await world.signIn(login, world.browser());
        expect(await roleOf()).toBe('power');
      });

      test.each([
        ['role', { groups: ['staff'] }],
        ['membership', { groups: [], department: [] }],
      ])('whose %s as admin is taken has invited nobody', async (_name, claims) => {
        await world.trust({
          ...{ ...mapped, defaultRole: null, organizationClaim: ['department'] },
          organizations: [{ organizationId: world.organizationId, claimValue: 'here' }],
        });
        const login = world.person({ groups: ['bosses'], department: 'here' });
        await world.signIn(login, browser);
        const { csrfToken, user } = (await world.me(browser)).json();
        const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
        const invited = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/invitations', headers: { cookie, 'x-csrf-token': csrfToken } },
          payload: { role: 'admin' },
        });
        expect(invited.statusCode, invited.body).toBe(201);
        world.provider.people.set(login, { ...world.provider.people.get(login), ...claims });
        await world.signIn(login, world.browser());
        expect(
          await db.owner('select revoked_at is null as open from invitations where invited_by = $1', [
            user.id,
          ]),
        ).toEqual([{ open: false }]);
      });

      test('the last admin stays admin', async () => {
        const alone = await world.join(`alone${Date.now()}@there.example`);
        await db.owner('delete from memberships where organization_id = $1', [alone.organizationId]);
        await world.trust({
          ...mapped,
          organizations: [{ organizationId: alone.organizationId, claimValue: null }],
        });
        const login = world.person({ groups: ['bosses'] });
        await world.signIn(login, browser);
        world.provider.people.set(login, { ...world.provider.people.get(login), groups: ['staff'] });
        await world.signIn(login, world.browser());
        expect(await roleOf()).toBe('admin');
        expect(await world.audited('member.role_changed')).toContainEqual(
          expect.objectContaining({ outcome: 'denied', organizationId: alone.organizationId }),
        );
      });

      test('a claim chooses the organization, and its loss takes the membership', async () => {
        const other = await world.join(`second${Date.now()}@there.example`);
        await world.trust({
          ...{ organizationClaim: ['department'], syncRoles: true, roleClaim: ['groups'] },
          organizations: [
            { organizationId: world.organizationId, claimValue: 'here' },
            { organizationId: other.organizationId, claimValue: 'there' },
          ],
        });
        const login = world.person({ department: ['here', 'there'] });
        const about = world.provider.people.get(login);
        await world.signIn(login, browser);
        const names = async () =>
          (await world.me(browser))
            .json()
            .organizations.map((one: { id: string }) => one.id)
            .sort();
        expect(await names()).toEqual([world.organizationId, other.organizationId].sort());
        world.provider.people.set(login, { ...about, department: 'there' });
        const again = world.browser();
        await world.signIn(login, again);
        expect((await world.me(again)).json().organizations).toMatchObject([{ id: other.organizationId }]);
        world.provider.people.set(login, { ...about, department: [] });
        expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
        expect((await world.me(again)).statusCode).toBe(401);
      });

      test('whom an admin has removed is not brought back', async () => {
        await world.trust();
        const login = world.person();
        await world.signIn(login, browser);
        await db.owner('delete from memberships where user_id in (select id from users where name = $1)', [
          `The ${login}`,
        ]);
        expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
        expect(await members()).toEqual([]);
      });
    });

    describe('accounts that are there already', () => {
      /** Of somebody who belongs to nothing but the organization that the provider leads to. */
      async function account(email: string): Promise<string> {
        const { userId } = await world.join(email);
        await moveIn(userId);
        return userId;
      }

      test('are joined over an address that both sides have verified', async () => {
        await world.trust({ linkVerifiedEmail: true });
        const login = world.person();
        const userId = await account(`${login}@acme.example`);
        await verifyEmail(`${login}@acme.example`);
        await world.signIn(login, browser);
        expect((await world.me(browser)).json().user.id).toBe(userId);
      });

      test('are joined where they have no password', async () => {
        await world.trust({ linkVerifiedEmail: true });
        const login = world.person();
        const userId = await account(`${login}@acme.example`);
        await db.owner('update users set password_hash = null where id = $1', [userId]);
        await world.signIn(login, browser);
        expect((await world.me(browser)).json().user.id).toBe(userId);
      });

      test.each<[string, object, string]>([
        ['not verified here', { linkVerifiedEmail: true }, 'select $1::uuid'],
        [
          'joining is off',
          { linkVerifiedEmail: false },
          'update users set email_verified_at = now() where id = $1',
        ],
        [
          'a second factor',
          { linkVerifiedEmail: true },
          'update users set email_verified_at = now(), second_factor_at = now() where id = $1',
        ],
        [
          'an operator',
          { linkVerifiedEmail: true },
          'update users set email_verified_at = now(), operator = true where id = $1',
        ],
      ])('are not joined: %s', async (_name, settings, change) => {
        await world.trust(settings);
        const login = world.person();
        const userId = await account(`${login}@acme.example`);
        await db.owner(change, [userId]);
        expect(failureOf(await world.signIn(login, browser))).toBe('federation.account_exists');
        expect(await db.owner('select from federated_identities where user_id = $1', [userId])).toEqual([]);
      });

      test.each([
        ['makes none', { createUsers: false }, 'federation.account_required'],
        [
          'makes none and joins some',
          { createUsers: false, linkVerifiedEmail: true },
          'federation.account_required',
        ],
        ['leads nowhere', { organizations: [] }, 'federation.no_access'],
      ])('a provider that %s does not learn which addresses have one', async (_name, settings, code) => {
        await world.trust(settings);
        const [known, unknown] = [world.person(), world.person()];
        await account(`${known}@acme.example`);
        for (const login of [known, unknown])
          expect(failureOf(await world.signIn(login, world.browser()))).toBe(code);
      });

      test('are not joined by an address that the provider has not verified', async () => {
        await world.trust({ linkVerifiedEmail: true });
        const login = world.person({ email_verified: false });
        await account(`${login}@acme.example`);
        await verifyEmail(`${login}@acme.example`);
        expect(failureOf(await world.signIn(login, browser))).toBe('federation.email_not_verified');
      });
    });

    describe('connecting while signed in', () => {
      async function signedIn(email: string) {
        const joined = await world.join(email);
        const { csrfToken, cookies } = joined.browser;
        for (const [key, value] of Object.entries(cookies)) browser.cookies(ORIGIN).set(key, value);
        const headers = {
          'x-csrf-token': csrfToken,
          cookie: Object.entries(cookies)
            .map(([key, value]) => `${key}=${value}`)
            .join('; '),
        };
        return { ...joined, headers };
      }
      async function connect(headers: Record<string, string>, login: string) {
        const answer = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers },
          payload: { returnTo: '/settings' },
        });
        expect(answer.statusCode, answer.body).toBe(200);
        for (const { name: key, value } of answer.cookies) browser.cookies(ORIGIN).set(key, value);
        return world.signIn(login, browser, answer.json().url);
      }

      test('works with any address, and then one can sign in by it', async () => {
        await world.trust({ createUsers: false });
        const { userId, headers } = await signedIn(`link${Date.now()}@acme.example`);
        await db.owner(
          "insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')",
          [world.organizationId, userId],
        );
        const login = world.person({ email_verified: false });
        const page = await connect(headers, login);
        expect(page.url.href).toBe(`${ORIGIN}/settings`);
        const list = await world.http.inject({ url: '/api/v1/auth/identities', headers });
        expect(list.json()).toMatchObject({ items: [{ provider: { id: 'acme', label: 'Acme' } }] });
        const fresh = world.browser();
        await world.signIn(login, fresh);
        expect((await world.me(fresh)).json().user.id).toBe(userId);

        const gone = await world.http.inject({
          ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link', headers },
        });
        expect(gone.statusCode).toBe(204);
        expect((await world.me(fresh)).statusCode).toBe(401);
        expect((await world.me(browser)).statusCode).toBe(200);
        const twice = await world.http.inject({
          ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link', headers },
        });
        expect(twice.json()).toMatchObject({ status: 404, code: 'federation.identity_not_found' });
      });

      test('asks who it is where the sign-in is older than ten minutes', async () => {
        await world.trust();
        const { headers } = await signedIn(`late${Date.now()}@acme.example`);
        const link = (payload: object) =>
          world.http.inject({ ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers, payload } });
        world.pass(600);
        expect((await link({})).statusCode).toBe(200);
        world.pass(1);
        expect((await link({})).json()).toMatchObject({
          status: 403,
          code: 'identity.recent_sign_in_required',
        });
        expect((await link({ currentPassword: 'not the password' })).json()).toMatchObject({
          code: 'identity.wrong_password',
        });
        expect((await link({ currentPassword: PASSWORD })).statusCode).toBe(200);
      });

      test('is told to the person, once, and so is an account that was joined', async () => {
        await world.trust({ linkVerifiedEmail: true });
        const email = `told${Date.now()}@acme.example`;
        const { headers } = await signedIn(email);
        const login = world.person();
        await connect(headers, login);
        await world.signIn(login, world.browser());
        const told = (await world.mailTo(email)).filter((text) => text.includes('“Acme”'));
        expect(told).toHaveLength(1);

        const joining = world.person();
        const { userId } = await world.join(`${joining}@acme.example`);
        await db.owner('delete from memberships where user_id = $1', [userId]);
        await verifyEmail(`${joining}@acme.example`);
        await world.signIn(joining, world.browser());
        expect(await world.mailTo(`${joining}@acme.example`)).toContainEqual(
          expect.stringContaining('can sign in to your Scriptorium account'),
        );
        const fresh = world.person();
        await world.signIn(fresh, world.browser());
        expect(await world.mailTo(`${fresh}@acme.example`)).toEqual([]);
      });

      test('an identity of somebody else is refused', async () => {
        await world.trust();
        const login = world.person();
        await world.signIn(login, world.browser());
        const { headers } = await signedIn(`thief${Date.now()}@acme.example`);
        expect(failureOf(await connect(headers, login))).toBe('federation.linked_to_another');
      });

      test('a session that ended meanwhile connects nothing', async () => {
        await world.trust();
        const { headers, userId } = await signedIn(`gone${Date.now()}@acme.example`);
        const answer = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers, payload: {} },
        });
        for (const { name: key, value } of answer.cookies) browser.cookies(ORIGIN).set(key, value);
        await db.owner('update sessions set revoked_at = now() where user_id = $1', [userId]);
        const page = await world.signIn(world.person(), browser, answer.json().url);
        expect(failureOf(page)).toBe('federation.session_ended');
        expect(await db.owner('select from federated_identities where user_id = $1', [userId])).toEqual([]);
      });

      test('needs a session and its proof', async () => {
        await world.trust();
        const { headers } = await signedIn(`csrf${Date.now()}@acme.example`);
        const send = (given: Record<string, string>) =>
          world.http.inject({
            ...{ method: 'POST', url: '/api/v1/auth/oidc/acme/link', headers: given, payload: {} },
          });
        expect((await send({ cookie: headers.cookie })).json()).toMatchObject({
          code: 'identity.csrf_required',
        });
        expect((await send({})).statusCode).toBe(401);
      });

      test('the only way to sign in cannot be taken away', async () => {
        await world.trust();
        await world.signIn(world.person(), browser);
        const { csrfToken } = (await world.me(browser)).json();
        const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
        const answer = await world.http.inject({
          ...{ method: 'DELETE', url: '/api/v1/auth/oidc/acme/link' },
          headers: { cookie, 'x-csrf-token': csrfToken },
        });
        expect(answer.json()).toMatchObject({ status: 409, code: 'federation.last_sign_in_method' });
      });

      test('a browser can sign out of the provider too', async () => {
        await world.trust();
        await world.signIn(world.person(), browser);
        const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
        const answer = await world.http.inject({ url: '/api/v1/auth/oidc/sign-out', headers: { cookie } });
        const url = new URL(answer.json().url);
        expect(url.origin).toBe(world.provider.issuer);
        expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${ORIGIN}/sign-in`);
        const { headers } = await signedIn(`local${Date.now()}@acme.example`);
        const none = await world.http.inject({ url: '/api/v1/auth/oidc/sign-out', headers });
        expect(none.json()).toEqual({ url: null });
      });
    });

    describe('an organization that is reached through its providers only', () => {
      const asAdmin = (ssoOnly: boolean, headers: Record<string, string>) =>
        world.http.inject({
          ...{ method: 'PATCH', url: `/api/v1/organizations/${world.organizationId}/sso`, headers },
          payload: { ssoOnly },
        });
      const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

      test('lets in whom they vouch for, and nobody by password', async () => {
        await world.trust({ defaultRole: 'admin' });
        const founder = bearer(world.founder.program.accessToken);
        expect((await asAdmin(true, founder)).json()).toMatchObject({
          code: 'federation.sign_in_there_first',
        });
        await world.signIn(world.person(), browser);
        const { csrfToken } = (await world.me(browser)).json();
        const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
        const switched = await asAdmin(true, { cookie, 'x-csrf-token': csrfToken });
        expect(switched.json()).toMatchObject({ ssoOnly: true, providers: [{ id: 'acme', signsIn: true }] });

        const refused = await world.http.inject({
          url: '/probe'.replace('/probe', '/api/v1/probe'),
          headers: founder,
        });
        expect(refused.json()).toMatchObject({ status: 403, code: 'identity.sso_required' });
        const login = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/login' },
          payload: { email: 'founder', password: PASSWORD },
        });
        expect(login.statusCode).toBe(401);
        expect((await world.me(browser)).statusCode).toBe(200);

        const off = await world.operate('PATCH', `/organizations/${world.organizationId}/sso`, {
          ssoOnly: false,
        });
        expect(off.json()).toMatchObject({ ssoOnly: false });
        expect((await world.http.inject({ url: '/api/v1/probe', headers: founder })).statusCode).toBe(200);
        expect(await world.audited('organization.sso_changed')).toHaveLength(2);
      });

      test('a password leads to another organization, or is refused with a reason', async () => {
        await world.trust();
        await world.operate('PATCH', `/organizations/${world.organizationId}/sso`, { ssoOnly: true });
        const [row] = await db.owner('select email from users where id = $1', [world.founder.userId]);
        const sign = () =>
          world.http.inject({
            ...{ method: 'POST', url: '/api/v1/auth/login?transport=body' },
            payload: { email: row?.email, password: PASSWORD },
          });
        expect((await sign()).json()).toMatchObject({ status: 403, code: 'identity.sso_required' });
        const other = await world.join(`elsewhere${Date.now()}@there.example`);
        await db.owner(
          "insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')",
          [other.organizationId, world.founder.userId],
        );
        const elsewhere = await sign();
        expect(elsewhere.json()).toMatchObject({ organization: { id: other.organizationId } });
        const token = elsewhere.json().accessToken;
        const switched = await world.http.inject({
          url: '/api/v1/probe',
          headers: { ...bearer(token), 'x-organization-id': world.organizationId },
        });
        expect(switched.json()).toMatchObject({ code: 'identity.sso_required' });
        await db.owner('delete from memberships where user_id = $1 and organization_id = $2', [
          world.founder.userId,
          other.organizationId,
        ]);
      });

      test('a provider that leads elsewhere does not do', async () => {
        const other = await world.join(`foreign${Date.now()}@there.example`);
        await world.trust({ organizations: [{ organizationId: other.organizationId, claimValue: null }] });
        const login = world.person();
        await world.signIn(login, browser);
        const { id } = (await world.me(browser)).json().user;
        await db.owner(
          "insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')",
          [world.organizationId, id],
        );
        await db.owner('update organizations set sso_only = true where id = $1', [world.organizationId]);
        const here = await world.me(browser, { 'x-organization-id': world.organizationId });
        expect(here.json()).toMatchObject({ code: 'identity.organization_not_found' });
        expect((await world.me(browser)).statusCode).toBe(200);
      });

      test('needs a provider, and an admin of the organization', async () => {
        const path = `/organizations/${world.organizationId}/sso`;
        expect((await world.operate('PATCH', path, { ssoOnly: true })).json()).toMatchObject({
          code: 'federation.no_provider',
        });
        await world.trust();
        const stranger = await world.join(`stranger${Date.now()}@there.example`);
        const foreign = await asAdmin(true, bearer(stranger.program.accessToken));
        const missing = await world.http.inject({
          ...{ method: 'PATCH', url: `/api/v1/organizations/${world.ids()}/sso`, payload: { ssoOnly: true } },
          headers: bearer(stranger.program.accessToken),
        });
        const { requestId: _a, ...first } = foreign.json();
        const { requestId: _b, ...second } = missing.json();
        expect(first).toEqual(second);
        expect(foreign.statusCode).toBe(404);
        await world.signIn(world.person(), browser);
        const cookie = [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
        const regular = await world.http.inject({ url: `/api/v1${path}`, headers: { cookie } });
        expect(regular.json()).toMatchObject({ code: 'identity.role_required' });
      });
    });

    test('switching a provider off ends what it opened', async () => {
      const made = await world.trust();
      await world.signIn(world.person(), browser);
      expect((await world.me(browser)).statusCode).toBe(200);
      const off = await world.operate(
        'PATCH',
        `/identity-providers/${made.id}`,
        { enabled: false },
        made.version,
      );
      expect(off.json()).toMatchObject({ enabled: false, version: 2 });
      expect((await world.me(browser)).statusCode).toBe(401);
    });
  });
}
