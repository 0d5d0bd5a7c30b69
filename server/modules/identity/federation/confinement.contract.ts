import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../../../testing/browser.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { federationStage } from '../../../testing/federation-stage.ts';
import { type FederationWorld, failureOf, ORIGIN } from '../../../testing/federation-world.ts';
import type { Joined } from '../../../testing/identity-world.ts';

/** As for an organization that there is not: the provider does not learn that the person belongs to it. */
const NOT_FOUND = { status: 404, code: 'identity.organization_not_found' };
const TOKEN = 'a-token-that-was-agreed-on';

/**
 * Whoever runs an identity provider can sign in as everybody whom it knows. So one that operators have tied to one
 * organization opens nothing of the other organizations of the same people.
 */
export function confinementContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`a provider that leads to one organization: ${name}`, () => {
    const stage = federationStage(open);
    let db: TestDatabase;
    let world: FederationWorld;
    let browser: Browser;
    let elsewhere: Joined;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      elsewhere = await world.join('elsewhere@there.example');
    });
    beforeEach(async () => {
      await world.reset();
      browser = world.browser();
    });

    const cookieOf = () => [...browser.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');
    const addMember = (organizationId: string, userId: string) =>
      db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        organizationId,
        userId,
      ]);
    /** The headers of an unsafe call of the browser. */
    async function proven(): Promise<Record<string, string>> {
      const me = (await world.me(browser)).json();
      return { cookie: cookieOf(), 'x-csrf-token': me.csrfToken };
    }
    /** Somebody whom the provider made, and who belongs to another organization too. */
    async function personOfTwo(
      settings: object = {},
    ): Promise<{ readonly id: string; readonly login: string }> {
      await world.trust(settings);
      const login = world.person();
      await world.signIn(login, browser);
      const { id } = (await world.me(browser)).json().user;
      await addMember(elsewhere.organizationId, id);
      return { id, login };
    }

    test('opens that one, and neither another one of the person nor its name', async () => {
      await personOfTwo();
      const there = await world.me(browser, { 'x-organization-id': elsewhere.organizationId });
      expect(there.json()).toMatchObject(NOT_FOUND);
      const me = await world.me(browser);
      expect(me.json().organizations).toMatchObject([{ id: world.organizationId }]);
      expect(me.body).not.toContain(elsewhere.organizationId);
      const entered = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/organization', headers: await proven() },
        payload: { organizationId: elsewhere.organizationId },
      });
      expect(entered.json()).toMatchObject(NOT_FOUND);
    });

    test('does not learn by which other providers the person signs in', async () => {
      const { id } = await personOfTwo();
      const other = await world.operate('POST', '/identity-providers', {
        ...{ slug: 'other', label: 'The other organization', issuer: 'https://other.example' },
        organizations: [{ organizationId: elsewhere.organizationId, claimValue: null }],
      });
      await db.owner(
        `insert into federated_identities (issuer, subject, id, user_id, provider_id, created_at, updated_at)
         values ('https://other.example', 'somebody', gen_random_uuid(), $1, $2, now(), now())`,
        [id, other.json().id],
      );
      const listed = await world.http.inject({
        url: '/api/v1/auth/identities',
        headers: { cookie: cookieOf() },
      });
      expect(listed.json().items).toMatchObject([{ provider: { id: 'acme' } }]);
      expect(listed.body).not.toContain('The other organization');
    });

    test('brings nobody elsewhere who has been removed there', async () => {
      const { id, login } = await personOfTwo();
      await db.owner('delete from memberships where organization_id = $1 and user_id = $2', [
        world.organizationId,
        id,
      ]);
      expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
      const refreshed = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie: cookieOf() } },
      });
      expect(refreshed.statusCode).toBe(401);
    });

    test('a provider that opens everything, by the word of an operator, opens what its people belong to', async () => {
      const { id } = await world.trust({
        ...{ organizations: [], createUsers: false, linkVerifiedEmail: true, opensEverything: true },
      });
      const login = world.person();
      const { userId, organizationId } = await world.join(`${login}@acme.example`);
      await db.owner('update users set email_verified_at = now() where id = $1', [userId]);
      await addMember(elsewhere.organizationId, userId);
      await world.signIn(login, browser);
      expect((await world.me(browser)).json()).toMatchObject({ organization: { id: organizationId } });
      const there = await world.me(browser, { 'x-organization-id': elsewhere.organizationId });
      expect(there.statusCode).toBe(200);
      const changed = await world.operate(
        'PATCH',
        `/identity-providers/${id}`,
        { opensEverything: false },
        1,
      );
      expect(changed.json()).toMatchObject({ opensEverything: false });
      expect((await world.me(browser)).statusCode).toBe(401);
    });

    test('a provider that leads nowhere opens nothing, unless an operator has said it', async () => {
      await world.trust({ organizations: [], linkVerifiedEmail: true });
      const login = world.person();
      const { userId } = await world.join(`${login}@acme.example`);
      await db.owner('update users set email_verified_at = now() where id = $1', [userId]);
      expect(failureOf(await world.signIn(login, browser))).toBe('federation.no_access');
      expect(failureOf(await world.signIn(world.person(), world.browser()))).toBe('federation.no_access');
    });

    describe('does not change how somebody signs in who belongs elsewhere too', () => {
      const send = async (method: 'POST' | 'DELETE' | 'PATCH', path: string, payload?: object) =>
        world.http.inject({
          ...{ method, url: `/api/v1${path}`, headers: await proven() },
          ...(payload ? { payload } : {}),
        });
      const refused = { status: 403, code: 'identity.own_sign_in_required' };

      test('by a password, an address, a second factor, another provider, or deleting the account', async () => {
        await personOfTwo();
        const calls = [
          await send('POST', '/auth/password', { newPassword: 'another password for tests' }),
          await send('PATCH', '/auth/me', { email: 'mine@acme.example' }),
          await send('POST', '/auth/second-factor', {}),
          await send('DELETE', '/auth/me', {}),
          await send('POST', '/auth/oidc/acme/link', {}),
          await send('DELETE', '/auth/oidc/acme/link'),
        ];
        expect(calls.map((answer) => answer.json())).toMatchObject(calls.map(() => refused));
      });

      test('a name and a second factor may be theirs once they belong to nothing else, not what lasts', async () => {
        const { id } = await personOfTwo();
        expect((await send('PATCH', '/auth/me', { name: 'Another' })).json()).toMatchObject(refused);
        await db.owner('delete from memberships where organization_id = $1 and user_id = $2', [
          elsewhere.organizationId,
          id,
        ]);
        const changed = await send('POST', '/auth/password', { newPassword: 'another password for tests' });
        // With a password of theirs the provider would enter what the person joins later.
        expect(changed.json()).toMatchObject(refused);
        expect((await send('PATCH', '/auth/me', { name: 'Another' })).statusCode).toBe(200);
        expect((await send('POST', '/auth/second-factor', {})).statusCode).toBe(201);
      });
    });

    test('is not joined to an account that belongs elsewhere', async () => {
      await world.trust({ linkVerifiedEmail: true });
      const login = world.person();
      const { userId } = await world.join(`${login}@acme.example`);
      await db.owner('update users set email_verified_at = now() where id = $1', [userId]);
      expect(failureOf(await world.signIn(login, browser))).toBe('federation.account_exists');
      expect(await db.owner('select from federated_identities where user_id = $1', [userId])).toEqual([]);
    });

    test('its sign-in stands for a second factor where it leads', async () => {
      await world.trust({ trustSecondFactor: true });
      await world.signIn(world.person(), browser);
      await db.owner('update organizations set require_second_factor = true where id = $1', [
        world.organizationId,
      ]);
      const here = await world.http.inject({ url: '/api/v1/probe', headers: { cookie: cookieOf() } });
      await db.owner('update organizations set require_second_factor = false');
      expect(here.statusCode).toBe(200);
    });

    test('its sign-in stands for no second factor where it does not lead', async () => {
      const trusted = { linkVerifiedEmail: true, trustSecondFactor: true };
      await world.trust({ organizations: [], opensEverything: true, createUsers: false, ...trusted });
      const login = world.person();
      const { userId } = await world.join(`${login}@acme.example`);
      await db.owner('update users set email_verified_at = now() where id = $1', [userId]);
      await addMember(elsewhere.organizationId, userId);
      await world.signIn(login, browser);
      await db.owner('update organizations set require_second_factor = true where id = $1', [
        elsewhere.organizationId,
      ]);
      const there = await world.http.inject({
        url: '/api/v1/probe',
        headers: { cookie: cookieOf(), 'x-organization-id': elsewhere.organizationId },
      });
      await db.owner('update organizations set require_second_factor = false');
      expect(there.json()).toMatchObject({ status: 403, code: 'identity.second_factor_setup_required' });
    });

    describe('says nothing about', () => {
      let serial = 0;
      /** What the provider tells of one of its people between sign-ins. */
      async function tell(subject: string, claims: object): Promise<void> {
        const answer = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/webhooks/acme' },
          headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${TOKEN}` },
          payload: JSON.stringify({
            ...{ id: `confined_${serial++}`, specversion: '1.0', type: 'user.updated' },
            time: world.clock().toISOString(),
            data: { object: { user_id: subject, ...claims } },
          }),
        });
        expect(answer.statusCode, answer.body).toBe(204);
      }
      const webhook = { format: 'auth0', secrets: [TOKEN] } as const;
      const subjectOf = async (userId: string) =>
        String(
          (await db.owner('select subject from federated_identities where user_id = $1', [userId]))[0]
            ?.subject,
        );

      test('addresses, where operators have not said for which domains it speaks', async () => {
        await world.trust();
        const login = world.person({ email: 'victim@acme.example' });
        await world.signIn(login, browser);
        expect((await world.me(browser)).json().user.emailVerified).toBe(false);
        // So whoever follows an invitation that was sent to the address does not let this account in.
        const invited = await world.http.inject({
          ...{
            method: 'POST',
            url: '/api/v1/invitations',
            payload: { email: 'victim@acme.example', role: 'admin' },
          },
          headers: { authorization: `Bearer ${elsewhere.program.accessToken}` },
        });
        expect(invited.statusCode, invited.body).toBe(201);
        const token = /#token=([\w-]+)/.exec((await world.mailTo('victim@acme.example'))[0] ?? '')?.[1];
        const accepted = await world.http.inject({
          ...{ method: 'POST', url: '/api/v1/invitations/accept', payload: { token } },
        });
        expect(accepted.json()).toMatchObject({ status: 409, code: 'identity.sign_in_to_accept' });
      });

      test('addresses of other domains, in whatever message', async () => {
        await world.trust({ emailDomains: ['acme.example'], trustEmail: true, webhook });
        await world.signIn(world.person(), browser);
        const { id } = (await world.me(browser)).json().user;
        const subject = await subjectOf(id);
        // Somebody registered with another's address, and connected the provider.
        const { userId } = await world.join('victim@victims.example');
        await db.owner('update federated_identities set user_id = $2 where user_id = $1', [id, userId]);
        await tell(subject, { email: 'victim@victims.example', email_verified: true });
        expect(await db.owner('select email_verified_at from users where id = $1', [userId])).toEqual([
          { email_verified_at: null },
        ]);
      });

      test('the address to which a new password is sent, where that opens other organizations', async () => {
        const { id, login } = await personOfTwo({ webhook });
        await tell(await subjectOf(id), { email: 'attacker@acme.example', email_verified: true });
        expect(await db.owner('select email from users where id = $1', [id])).toEqual([
          { email: `${login}@acme.example` },
        ]);
      });
    });
  });
}
