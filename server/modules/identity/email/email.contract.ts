import { beforeAll, describe, expect, test } from 'vitest';
import { type AccountClient, accountClient, tokenIn } from '../../../testing/account-client.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld, Joined } from '../../../testing/identity-world.ts';

const PASSWORD = 'a password for tests';
const ADMIN = { 'x-admin-secret': 'the admin secret of the tests, long enough' };

/** Addresses and the account itself, and the mail that operators see, over HTTP. */
export function emailContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`addresses: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;
    let call: AccountClient;
    let people = 0;

    beforeAll(() => {
      ({ db, world } = stage.now());
      call = accountClient(world);
    });

    const join = async (): Promise<Joined & { readonly email: string; readonly token: string }> => {
      people += 1;
      const email = `person${people}@example.org`;
      const joined = await world.join(email);
      return { ...joined, email, token: joined.program.accessToken };
    };
    const user = async (token: string) => (await call('GET', 'me', { token })).body.user;
    const confirm = (token: string, proof: string) =>
      call('POST', 'email-verification/confirm', { token, body: { token: proof } });

    test('who registers gets a link, and confirms the address with it', async () => {
      const { email, token, userId } = await join();
      expect(await user(token)).toMatchObject({ emailVerified: false });
      const proof = tokenIn((await world.mailTo(email))[0]);
      expect((await confirm(token, proof)).status).toBe(204);
      expect(await user(token)).toMatchObject({ emailVerified: true });
      expect((await confirm(token, proof)).status).toBe(410);
      expect(await world.audited('user.email_verified')).toContainEqual(
        expect.objectContaining({ userId, targetId: userId }),
      );
    });

    test('a link confirms nothing for who follows it without being signed in to that account', async () => {
      const attacker = await join();
      const victim = await join();
      const proof = tokenIn((await world.mailTo(attacker.email))[0]);
      expect((await call('POST', 'email-verification/confirm', { body: { token: proof } })).status).toBe(401);
      expect((await confirm(victim.token, proof)).status).toBe(410);
      expect(await user(attacker.token)).toMatchObject({ emailVerified: false });
    });

    test('the link is sent again, replaces the first one, and is not sent to who has confirmed', async () => {
      const { email, token } = await join();
      const first = tokenIn((await world.mailTo(email))[0]);
      world.pass(1);
      expect((await call('POST', 'email-verification', { token })).status).toBe(202);
      const second = tokenIn((await world.mailTo(email))[0]);
      expect((await confirm(token, first)).status).toBe(410);
      expect((await confirm(token, second)).status).toBe(204);
      expect((await call('POST', 'email-verification', { token })).status).toBe(202);
      expect(await world.mailTo(email)).toHaveLength(2);
    });

    test('after a day the link is over', async () => {
      const { email, browser } = await join();
      const proof = tokenIn((await world.mailTo(email))[0]);
      world.pass(86_399);
      const renewed = await call('POST', 'refresh', { body: { refreshToken: browser.refreshToken } });
      world.pass(2);
      expect((await confirm(renewed.body.accessToken, proof)).status).toBe(410);
    });

    test('a name is changed at once', async () => {
      const { token } = await join();
      const answer = await call('PATCH', 'me', { token, body: { name: '  New Name ' } });
      expect(answer).toMatchObject({ status: 200, body: { name: 'New Name' } });
      expect(await user(token)).toMatchObject({ name: 'New Name' });
    });

    test.each([
      ['nothing', {}],
      ['a blank name', { name: ' ' }],
      ['a name with a line break', { name: 'a\nb' }],
      ['no address', { email: 'ada', currentPassword: PASSWORD }],
      ['an unknown field', { name: 'Ada', role: 'admin' }],
      ['a number', { name: 5 }],
    ])('with %s nothing is changed', async (_case, body) => {
      const { token, email } = await join();
      expect((await call('PATCH', 'me', { token, body })).status).toBe(422);
      expect(await user(token)).toMatchObject({ email, name: email });
    });

    test('another address counts once it was confirmed; the old one is told', async () => {
      const { token, email } = await join();
      const wanted = `New.${email}`;
      const body = { email: wanted, currentPassword: PASSWORD };
      expect((await call('PATCH', 'me', { token, body: { email: wanted } })).body).toMatchObject({
        code: 'identity.wrong_password',
      });
      expect(await call('PATCH', 'me', { token, body })).toMatchObject({ status: 200, body: { email } });
      expect((await world.mailTo(email))[0]).toContain('asked to use another e-mail address');
      expect((await confirm(token, tokenIn((await world.mailTo(wanted))[0]))).status).toBe(204);
      expect(await user(token)).toMatchObject({ email: wanted, emailVerified: true });
      const login = (address: string) =>
        call('POST', 'login', { body: { email: address, password: PASSWORD } });
      expect((await login(email)).status).toBe(401);
      expect((await login(wanted.toUpperCase())).status).toBe(200);
    });

    test('whether the new address has an account shows in its mailbox only', async () => {
      const holder = await join();
      const { token, email } = await join();
      const ask = async (wanted: string) => {
        const answer = await call('PATCH', 'me', {
          token,
          body: { email: wanted, currentPassword: PASSWORD },
        });
        const { updatedAt: _, ...view } = answer.body;
        return { status: answer.status, view };
      };
      const free = await ask('free-address@example.org');
      expect(await ask(holder.email.toUpperCase())).toEqual(free);
      const [mail = ''] = await world.mailTo(holder.email.toUpperCase());
      expect(mail).toContain('There is an account with it');
      expect(mail).not.toContain('#token');
      expect(await user(token)).toMatchObject({ email });
    });

    test('an address that somebody else came to have meanwhile stays theirs', async () => {
      const { token } = await join();
      const wanted = 'wanted-by-two@example.org';
      await call('PATCH', 'me', { token, body: { email: wanted, currentPassword: PASSWORD } });
      const proof = tokenIn((await world.mailTo(wanted))[0]);
      const other = await world.join(wanted);
      expect((await confirm(token, proof)).status).toBe(410);
      expect(await user(other.program.accessToken)).toMatchObject({ email: wanted });
    });

    test('an account is deleted with everything that signs in to it', async () => {
      const { token, email, organizationId, userId } = await join();
      const other = await join();
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'admin')", [
        organizationId,
        other.userId,
      ]);
      const remove = (body: unknown) => call('DELETE', 'me', { token, body });
      expect(await remove({})).toMatchObject({ status: 422, body: { code: 'identity.wrong_password' } });
      expect(await remove({ currentPassword: 'not this one' })).toMatchObject({ status: 422 });
      expect((await remove({ currentPassword: PASSWORD })).status).toBe(204);
      expect((await call('GET', 'me', { token })).status).toBe(401);
      expect((await call('POST', 'login', { body: { email, password: PASSWORD } })).status).toBe(401);
      for (const table of ['sessions', 'memberships', 'account_tokens'])
        expect(await db.owner(`select user_id from ${table} where user_id = $1`, [userId]), table).toEqual(
          [],
        );
      expect(await world.audited('user.deleted')).toContainEqual(
        expect.objectContaining({ targetId: userId }),
      );
      expect((await call('GET', 'me', { token: other.token })).status).toBe(200);
    });

    test('the last admin of an organization cannot leave it behind', async () => {
      const { token, email } = await join();
      const answer = await call('DELETE', 'me', { token, body: { currentPassword: PASSWORD } });
      expect(answer).toMatchObject({ status: 409, body: { code: 'identity.last_admin' } });
      expect((await call('POST', 'login', { body: { email, password: PASSWORD } })).status).toBe(200);
    });

    describe('mail for operators', () => {
      test('is listed without texts, read one by one, and that is recorded', async () => {
        const { email } = await join();
        const page = await call('GET', '/operator/mail?state=held&limit=1', { headers: ADMIN });
        expect(page.body.items).toEqual([
          expect.objectContaining({ to: email, kind: 'verify_email', state: 'held', reason: null }),
        ]);
        expect(page.body.nextCursor).toEqual(expect.any(String));
        expect(JSON.stringify(page.body)).not.toContain('#token');
        const { id } = page.body.items[0];
        const one = await call('GET', `/operator/mail/${id}`, { headers: ADMIN });
        expect(one.body.text).toContain('/verify-email#token=');
        expect(one.headers['cache-control']).toBe('no-store');
        expect(await world.audited('mail.read')).toContainEqual(expect.objectContaining({ targetId: id }));
        expect(await call('POST', `/operator/mail/${id}/send`, { headers: ADMIN })).toMatchObject({
          status: 409,
          body: { code: 'mail.nothing_to_send' },
        });
      });

      test('is for operators only', async () => {
        const { token } = await join();
        const [row] = await db.owner('select id from mail_messages limit 1');
        for (const path of ['/operator/mail', `/operator/mail/${row?.id}`]) {
          expect((await call('GET', path)).status).toBe(401);
          expect((await call('GET', path, { token })).status).toBe(403);
          expect((await call('GET', path, { headers: { 'x-admin-secret': 'x'.repeat(40) } })).status).toBe(
            401,
          );
        }
        expect((await call('POST', `/operator/mail/${row?.id}/send`, { token })).status).toBe(403);
      });

      test.each([world404, 'nonsense', '%00'])('there is no message %j', async (id) => {
        expect((await call('GET', `/operator/mail/${id}`, { headers: ADMIN })).status).toBe(404);
      });

      test.each(['?limit=0', '?limit=101', '?cursor=x', '?state=lost', '?more=1'])(
        '%j is no list',
        async (query) => {
          expect((await call('GET', `/operator/mail${query}`, { headers: ADMIN })).status).toBe(400);
        },
      );
    });
  });
}

const world404 = '0197f3a0-0000-7000-8000-000000000000';
