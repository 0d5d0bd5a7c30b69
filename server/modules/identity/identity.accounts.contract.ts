import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import { INSTANCE_TRAIL } from '../../platform/audit/index.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { type IdentityWorld, identityWorld } from '../../testing/identity-world.ts';
import type { NewAccount } from './index.ts';

const instance = instanceActor('test');
const FIRST = { organizationName: 'Demo', adminEmail: 'admin@example.org', adminName: 'Administrator' };

/** What start-up and the command line do. */
export function accountsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`first start: ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;

    beforeEach(async () => {
      db = await open();
      world = await identityWorld(db);
    });
    afterEach(async () => {
      await world.close();
      await db.close();
    });

    test('five first starts at once make one organization, and one link that works once', async () => {
      const made = await Promise.all(Array.from({ length: 5 }, () => world.api.bootstrap(instance, FIRST)));
      expect(await db.owner('select name from organizations')).toEqual([{ name: 'Demo' }]);
      const [first] = made;
      expect(first).toMatchObject({
        user: { email: 'admin@example.org', name: 'Administrator' },
        organizations: [{ name: 'Demo', role: 'admin' }],
      });
      const stored = JSON.stringify(await db.owner('select * from sign_in_links'));
      const tokens = made.map((account) => account?.link.token ?? '');
      for (const token of tokens) expect(stored).not.toContain(token);

      const tries = tokens.flatMap((token) => Array.from({ length: 5 }, () => signInByLink(world, token)));
      const answers = await Promise.all(tries);
      expect(answers.filter(({ statusCode }) => statusCode === 410)).toHaveLength(24);
      const signedIn = answers.find(({ statusCode }) => statusCode === 200);
      expect(signedIn?.json()).toMatchObject({
        user: { id: first?.user.id },
        organization: { name: 'Demo', role: 'admin' },
      });
      expect(signedIn?.cookies).toHaveLength(2);
      expect(await world.api.bootstrap(instance, FIRST)).toBeNull();
    });

    test('a first start whose link was lost gives another, and the lost one is void', async () => {
      const lost = await world.api.bootstrap(instance, FIRST);
      const again = await world.api.bootstrap(instance, FIRST);
      expect(again).toMatchObject({ user: { id: lost?.user.id }, organizations: lost?.organizations });
      expect((await signInByLink(world, lost?.link.token ?? '')).statusCode).toBe(410);
      expect((await signInByLink(world, again?.link.token ?? '')).statusCode).toBe(200);
      expect(await world.api.bootstrap(instance, FIRST)).toBeNull();
    });

    test('whoever has a password, or was replaced, gets no link', async () => {
      await world.api.bootstrap(instance, FIRST);
      await world.api.setPassword(instance, FIRST.adminEmail, 'a long enough password');
      expect(await world.api.bootstrap(instance, FIRST)).toBeNull();
      expect(await world.api.bootstrap(instance, { ...FIRST, adminEmail: 'b@example.org' })).toBeNull();
    });

    test('where people are already, nothing is made', async () => {
      await world.join('ada@example.org');
      expect(await world.api.bootstrap(instance, FIRST)).toBeNull();
      expect(await world.api.findUser(instance, FIRST.adminEmail)).toBeUndefined();
    });
  });

  describe(`accounts: ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let account: NewAccount;
    let people = 0;

    beforeAll(async () => {
      db = await open();
      world = await identityWorld(db);
    });
    beforeEach(() => {
      people += 1;
      account = {
        email: `person${people}@example.org`,
        name: 'Person',
        password: 'a password for tests',
        role: 'power',
        organization: { name: 'Workshop' },
      };
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });

    const login = (email: string, password: string) =>
      world.http.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { email, password } });

    test('a person is made in a new organization and can sign in', async () => {
      const made = await world.api.createUser(instance, account);
      expect(made.organizations).toEqual([expect.objectContaining({ name: 'Workshop', role: 'power' })]);
      expect(await world.api.findUser(instance, account.email.toUpperCase())).toEqual(made);
      expect((await login(account.email, 'a password for tests')).json()).toMatchObject({
        organization: { role: 'power' },
      });
    });

    test('a person is made in an organization that exists', async () => {
      const { organizationId } = await world.join(`founder${people}@example.org`);
      const made = await world.api.createUser(instance, {
        ...account,
        role: 'guest',
        organization: { id: organizationId },
      });
      expect(made.organizations).toEqual([expect.objectContaining({ id: organizationId, role: 'guest' })]);
    });

    test('an address in use, an unknown organization and bad fields are refused, and nothing is left', async () => {
      await world.api.createUser(instance, account);
      const code = (change: Partial<NewAccount>) =>
        world.api
          .createUser(instance, { ...account, email: 'new@example.org', ...change })
          .catch((error) => error.code);
      expect(await code({ email: account.email })).toBe('identity.email_unavailable');
      expect(await code({ organization: { id: world.ids() } })).toBe('identity.organization_not_found');
      expect(await code({ organization: { id: 'nonsense' } })).toBe('identity.organization_not_found');
      expect(await code({ password: 'short' })).toBe('identity.invalid_account');
      expect(await code({ name: '\u0000' })).toBe('identity.invalid_account');
      expect(await code({ email: 'nonsense' })).toBe('identity.invalid_account');
      expect(await code({ organization: { name: '' } })).toBe('identity.invalid_account');
      expect(await world.api.findUser(instance, 'new@example.org')).toBeUndefined();
    });

    test('a new password replaces the old one and ends every sign-in', async () => {
      await world.api.createUser(instance, account);
      const before = (await login(account.email, 'a password for tests')).json();
      await world.api.setPassword(instance, account.email, 'another password');
      expect((await login(account.email, 'a password for tests')).statusCode).toBe(401);
      expect((await login(account.email, 'another password')).statusCode).toBe(200);
      const me = await world.http.inject({
        url: '/api/v1/auth/me',
        headers: { authorization: `Bearer ${before.accessToken}` },
      });
      expect(me.statusCode).toBe(401);
      expect(await world.audited('user.password_set')).toMatchObject([
        { organizationId: INSTANCE_TRAIL, targetId: before.user.id },
      ]);
      await expect(
        world.api.setPassword(instance, 'nobody@example.org', 'another password'),
      ).rejects.toMatchObject({
        code: 'identity.user_not_found',
      });
    });

    test('a link signs in a person without a password, for a day', async () => {
      await world.api.createUser(instance, { ...account, password: null });
      const late = await world.api.createSignInLink(instance, account.email);
      world.pass(86_401);
      expect((await signInByLink(world, late.token)).json()).toMatchObject({
        code: 'identity.link_not_valid',
      });
      const { token } = await world.api.createSignInLink(instance, account.email);
      expect((await signInByLink(world, token)).statusCode).toBe(200);
      expect((await signInByLink(world, 'a token that nobody ever made')).statusCode).toBe(410);
      await expect(world.api.createSignInLink(instance, 'nobody@example.org')).rejects.toMatchObject({
        code: 'identity.user_not_found',
      });
    });

    test('people are listed in pages, each once', async () => {
      for (const suffix of ['a', 'b', 'c']) {
        await world.api.createUser(instance, {
          ...account,
          email: `${suffix}.${account.email}`,
          password: null,
        });
      }
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await world.api.listUsers(instance, { limit: 2, ...(cursor ? { cursor } : {}) });
        seen.push(...page.items.map((user) => user.email));
        cursor = page.nextCursor;
      } while (cursor !== null);
      const all = await db.owner('select email from users');
      expect(seen).toHaveLength(all.length);
      expect(new Set(seen)).toEqual(new Set(all.map(({ email }) => email)));
      await expect(world.api.listUsers(instance, { limit: 2, cursor: 'forged' })).rejects.toMatchObject({
        kind: 'malformed',
      });
    });

    test('what ended a month ago is swept away, what goes on stays', async () => {
      await world.join(`gone${people}@example.org`);
      world.pass(32 * 86_400);
      const { program } = await world.join(`here${people}@example.org`);
      await world.api.sweep(instance);
      const me = await world.http.inject({
        url: '/api/v1/auth/me',
        headers: { authorization: `Bearer ${program.accessToken}` },
      });
      expect(me.statusCode).toBe(200);
      expect(await db.owner('select user_id from sessions')).toHaveLength(2);
      expect(await db.owner('select user_id from sign_in_links')).toEqual([]);
    });

    test('nobody but the instance may do any of this', async () => {
      const { organizationId, userId } = await world.join(`admin${people}@example.org`);
      const others: Actor[] = [
        { ...instance, kind: 'user', userId, organizationId, role: 'admin' },
        systemActor(organizationId, 'test'),
        { ...instance, kind: 'public' },
      ];
      for (const actor of others) {
        const calls = [
          world.api.bootstrap(actor, FIRST),
          world.api.createUser(actor, account),
          world.api.findUser(actor, account.email),
          world.api.listUsers(actor, { limit: 1 }),
          world.api.setPassword(actor, account.email, 'another password'),
          world.api.createSignInLink(actor, account.email),
          world.api.sweep(actor),
        ];
        for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'identity.not_allowed' });
      }
    });
  });
}

function signInByLink(world: IdentityWorld, token: string) {
  return world.http.inject({ method: 'POST', url: '/api/v1/auth/sign-in-link', payload: { token } });
}
