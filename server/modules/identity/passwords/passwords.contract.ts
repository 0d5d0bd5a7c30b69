import { beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import { type AccountClient, accountClient, tokenIn } from '../../../testing/account-client.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { ADMIN_SECRET } from '../../../testing/federation-world.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld, Joined } from '../../../testing/identity-world.ts';

const OLD = 'a password for tests';
const NEW = 'quite another password';

/** Changing and resetting passwords, over HTTP. */
export function passwordsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`passwords: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;
    let call: AccountClient;
    let people = 0;

    beforeAll(() => {
      ({ db, world } = stage.now());
      call = accountClient(world);
    });

    const join = async (): Promise<Joined & { readonly email: string }> => {
      people += 1;
      const email = `person${people}@example.org`;
      return { ...(await world.join(email)), email };
    };
    const login = async (email: string, password: string) =>
      (await call('POST', 'login', { body: { email, password } })).status;
    const me = async (token: string) => (await call('GET', 'me', { token })).status;
    const resetMails = async (email: string) =>
      (await world.mailTo(email)).filter((text) => text.includes('/reset-password#'));
    /** Asks for a link and waits for its mail. */
    const askReset = async (email: string): Promise<string> => {
      const before = (await resetMails(email)).length;
      expect((await call('POST', 'password-reset', { body: { email } })).status).toBe(202);
      await expect.poll(async () => (await resetMails(email)).length, { timeout: 20_000 }).toBe(before + 1);
      return tokenIn((await resetMails(email))[0]);
    };

    test('a new password ends all other sign-ins, and is told by mail', async () => {
      const { browser, program, email, userId } = await join();
      const token = program.accessToken;
      const body = { currentPassword: OLD, newPassword: NEW };
      expect((await call('POST', 'password', { token, body })).status).toBe(204);
      expect(await me(token)).toBe(200);
      expect(await me(browser.accessToken)).toBe(401);
      expect(await login(email, OLD)).toBe(401);
      expect(await login(email, NEW)).toBe(200);
      expect((await world.mailTo(email))[0]).toContain('was changed');
      expect(await world.audited('user.password_changed')).toContainEqual(
        expect.objectContaining({ userId, targetId: userId }),
      );
    });

    test.each([
      [
        'a wrong present password',
        { currentPassword: 'not the password', newPassword: NEW },
        'identity.wrong_password',
      ],
      ['no present password', { newPassword: NEW }, 'identity.wrong_password'],
      ['a short one', { currentPassword: OLD, newPassword: 'short' }, 'request.invalid_body'],
      [
        'one that is tried first',
        { currentPassword: OLD, newPassword: 'Password123' },
        'identity.password_too_common',
      ],
      ['a field too many', { currentPassword: OLD, newPassword: NEW, more: 1 }, 'request.invalid_body'],
    ])('with %s nothing changes', async (_case, body, code) => {
      const { program, email } = await join();
      const answer = await call('POST', 'password', { token: program.accessToken, body });
      expect(answer).toMatchObject({ status: 422, body: { code } });
      expect(await login(email, OLD)).toBe(200);
    });

    test('whoever signs in by link sets a first password within a quarter of an hour', async () => {
      await world.api.createUser(instanceActor('test'), {
        ...{ email: 'link@example.org', name: 'Link', password: null, role: 'admin' },
        organization: { name: 'Links' },
      });
      const signIn = async () => {
        const { token } = await world.api.createSignInLink(instanceActor('test'), 'link@example.org');
        return (await call('POST', 'sign-in-link?transport=body', { body: { token } })).body.accessToken;
      };
      const body = { newPassword: NEW };
      const stale = await signIn();
      // Its access token ends at the same time: the session is renewed, and is not a new sign-in for that.
      await db.owner("update sessions set created_at = created_at - interval '15 minutes 1 second'");
      expect(await call('POST', 'password', { token: stale, body })).toMatchObject({
        status: 403,
        body: { code: 'identity.recent_sign_in_required' },
      });
      const token = await signIn();
      expect((await call('POST', 'password', { token, body })).status).toBe(204);
      expect(await login('link@example.org', NEW)).toBe(200);
    });

    test('who has forgotten it sets a new one by a link, once; all sign-ins end', async () => {
      const { program, email, userId } = await join();
      const token = await askReset(email);
      const body = { token, newPassword: NEW };
      expect((await call('POST', 'password-reset/confirm', { body })).status).toBe(204);
      expect(await me(program.accessToken)).toBe(401);
      expect(await login(email, OLD)).toBe(401);
      expect(await login(email, NEW)).toBe(200);
      const again = await call('POST', 'password-reset/confirm', { body });
      expect(again).toMatchObject({ status: 410, body: { code: 'identity.proof_not_valid' } });
      expect(await world.audited('user.password_reset')).toContainEqual(
        expect.objectContaining({ targetId: userId }),
      );
    });

    test('the link shows that the address is theirs', async () => {
      const { email, program } = await join();
      expect((await call('GET', 'me', { token: program.accessToken })).body.user.emailVerified).toBe(false);
      const body = { token: await askReset(email), newPassword: NEW };
      await call('POST', 'password-reset/confirm', { body });
      const answer = await call('POST', 'login', { body: { email, password: NEW } });
      expect(answer.body.user.emailVerified).toBe(true);
    });

    test('the owner of an address gets an account that somebody else made with it for themselves alone', async () => {
      const { email, userId, program, organizationId } = await join();
      const token = program.accessToken;
      const made = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/api-keys', headers: { authorization: `Bearer ${token}` } },
        payload: { name: 'a way back', role: 'admin', scopes: ['organization:read'] },
      });
      const { key } = made.json();
      const withKey = async () =>
        (
          await world.http.inject({
            url: `/api/v1/organizations/${organizationId}/members`,
            headers: { authorization: `Bearer ${key}` },
          })
        ).statusCode;
      expect(await withKey(), made.body).toBe(200);
      const provider = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/operator/identity-providers', headers: ADMIN_SECRET },
        payload: { slug: 'theirs', label: 'Theirs', issuer: 'https://issuer.example' },
      });
      await db.owner(
        `insert into federated_identities (issuer, subject, id, user_id, provider_id, created_at, updated_at)
         values ('https://issuer.example', 'somebody', gen_random_uuid(), $1, $2, now(), now())`,
        [userId, provider.json().id],
      );
      await call('POST', 'password-reset/confirm', {
        body: { token: await askReset(email), newPassword: NEW },
      });
      expect(await withKey()).toBe(401);
      expect(await db.owner('select from federated_identities where user_id = $1', [userId])).toEqual([]);
      expect(await world.audited('user.other_ways_ended')).toContainEqual(
        expect.objectContaining({ targetId: userId, details: { identities: 1, keys: 1 } }),
      );
    });

    test('of ten uses at once one succeeds; a newer link ends the older one; after an hour it is over', async () => {
      const { email } = await join();
      const first = await askReset(email);
      const second = await askReset(email);
      const use = async (token: string, password = NEW) =>
        (await call('POST', 'password-reset/confirm', { body: { token, newPassword: password } })).status;
      expect(await use(first)).toBe(410);
      const statuses = await Promise.all(
        Array.from({ length: 10 }, (_, index) => use(second, `${NEW} ${index}`)),
      );
      expect(statuses.sort()).toEqual([204, ...Array.from({ length: 9 }, () => 410)]);
      const late = await askReset(email);
      world.pass(3601);
      expect(await use(late)).toBe(410);
    });

    test('a password that is refused does not use the link up', async () => {
      const { email } = await join();
      const token = await askReset(email);
      const refused = await call('POST', 'password-reset/confirm', {
        body: { token, newPassword: '1234567890' },
      });
      expect(refused).toMatchObject({ status: 422, body: { code: 'identity.password_too_common' } });
      const body = { token, newPassword: NEW };
      expect((await call('POST', 'password-reset/confirm', { body })).status).toBe(204);
    });

    test('asking tells nothing: the same answer, and the same rows written, with and without an account', async () => {
      const { email } = await join();
      const ask = async (address: string) => {
        const answer = await call('POST', 'password-reset', { body: { email: address } });
        const jobs = await db.owner(
          "select data - 'requestId' as data from queue.job where name = 'identity.password_reset' and data->>'emailKey' = $1",
          [address],
        );
        return { status: answer.status, body: answer.body, jobs: jobs.length };
      };
      const known = await ask(email);
      expect(known).toEqual({ status: 202, body: { status: 'accepted' }, jobs: 1 });
      expect(await ask('nobody-at-all@example.org')).toEqual(known);
      await expect
        .poll(
          async () =>
            (
              await db.owner(
                "select state::text from queue.job where name = 'identity.password_reset' and data->>'emailKey' = $1",
                ['nobody-at-all@example.org'],
              )
            ).map(({ state }) => state),
          { timeout: 20_000 },
        )
        .toEqual(['completed']);
      expect(await world.mailTo('nobody-at-all@example.org')).toEqual([]);
    });

    test.each([
      'x'.repeat(40),
      '\ud800'.repeat(20),
      "' or 1=1 -- and a bit more",
      'AAAAAAAAAAAAAAAAAAAAAAAA%00',
    ])('the token %j leads nowhere', async (token) => {
      const answer = await call('POST', 'password-reset/confirm', { body: { token, newPassword: NEW } });
      expect([400, 410, 422]).toContain(answer.status);
    });

    test('what is stored of a link cannot be presented', async () => {
      const { email } = await join();
      const token = await askReset(email);
      const rows = await db.owner("select encode(token_hash, 'base64') as hash, * from account_tokens");
      expect(JSON.stringify(rows)).not.toContain(token);
      const jobs = await db.owner("select data from queue.job where name = 'identity.password_reset'");
      expect(JSON.stringify(jobs)).not.toContain(token);
    });

    test('wrong present passwords are counted as guesses', async () => {
      const limited = await world.withSettings({ rateLimit: true });
      const { program } = await join();
      const guess = accountClient(limited);
      const statuses: number[] = [];
      for (let index = 0; index < 12; index += 1) {
        const body = { currentPassword: `guess number ${index}`, newPassword: NEW };
        statuses.push((await guess('POST', 'password', { token: program.accessToken, body })).status);
      }
      expect(statuses.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 422));
      expect(statuses.at(-1)).toBe(429);
    });

    test('mail that nobody signed in asked for is limited, for accounts that exist and others', async () => {
      const limited = await world.withSettings({ rateLimit: true });
      const ask = accountClient(limited);
      for (const email of [(await join()).email, 'nobody-here@example.org']) {
        const statuses: number[] = [];
        for (let index = 0; index < 6; index += 1)
          statuses.push((await ask('POST', 'password-reset', { body: { email } })).status);
        expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
      }
    });
  });
}
