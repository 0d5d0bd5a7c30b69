import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { acmeMembers, federationStage } from '../../../testing/federation-stage.ts';
import { type FederationWorld, failureOf, ORIGIN, startAt } from '../../../testing/federation-world.ts';
import { accountsThereContract } from './sign-in.accounts.contract.ts';
import { rolesContract } from './sign-in.roles.contract.ts';
import { ssoOnlyContract } from './sign-in.sso-only.contract.ts';

/** Signing in by the real oidc-provider, on one kind of database. */
export function federatedSignInContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`signing in by an identity provider: ${name}`, () => {
    const federation = federationStage(open);
    let db: TestDatabase;
    let world: FederationWorld;
    let browser: Browser;

    beforeAll(() => {
      ({ db, world } = federation.now());
    });
    beforeEach(async () => {
      await world.reset();
      browser = world.browser();
    });

    const members = () => acmeMembers(db, world.organizationId);
    const stage = () => ({ db, world, browser });
    rolesContract(stage);
    accountsThereContract(stage);
    ssoOnlyContract(stage);

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
