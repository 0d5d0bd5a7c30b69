import { beforeAll, describe, expect, test } from 'vitest';
import { type AccountClient, accountClient, tokenIn } from '../../../testing/account-client.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';

const PASSWORD = 'correct horse battery';

/** Registration that waits for the proof of the address, over HTTP. */
export function registrationContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`registration by a verified address: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;
    let call: AccountClient;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      await world.join('known@example.org');
      call = accountClient(await world.withSettings({ registration: 'verified' }));
    });

    const register = (email: string, more: object = {}) =>
      call('POST', 'register', { body: { email, password: PASSWORD, name: 'Ada', ...more } });
    const confirm = (token: string, password = PASSWORD) =>
      call('POST', 'register/confirm?transport=body', { body: { token, password } });
    const accounts = (email: string) => db.owner('select id from users where email_key = $1', [email]);

    test('there is an account once the address is confirmed, with the password that was chosen', async () => {
      const answer = await register('ada@example.org', { organizationName: 'Engines' });
      expect(answer).toMatchObject({ status: 202, body: { status: 'confirmation_sent' } });
      expect(answer.cookies).toEqual([]);
      expect(await accounts('ada@example.org')).toEqual([]);
      const token = tokenIn((await world.mailTo('ada@example.org'))[0]);
      const confirmed = await confirm(token);
      expect(confirmed).toMatchObject({
        status: 201,
        body: {
          user: { email: 'ada@example.org', emailVerified: true, name: 'Ada' },
          organization: { name: 'Engines', role: 'admin' },
          refreshToken: expect.any(String),
        },
      });
      expect((await call('GET', 'me', { token: confirmed.body.accessToken })).status).toBe(200);
      expect((await confirm(token)).status).toBe(410);
    });

    test('an address with an account gets the same answer, and another mail', async () => {
      const fresh = await register('fresh@example.org');
      const known = await register('KNOWN@example.org');
      expect({ ...known, headers: {} }).toEqual({ ...fresh, headers: {} });
      const headers = Object.keys(fresh.headers).filter((header) => header !== 'date');
      expect(Object.keys(known.headers).filter((header) => header !== 'date')).toEqual(headers);
      const [mail = ''] = await world.mailTo('KNOWN@example.org');
      expect(mail).toContain('there is one already');
      expect(mail).not.toContain('#token');
    });

    test('both cost the same: a hash of the password and the same statements', async () => {
      const rows = async () => {
        const [row] = await db.owner(
          'select (select count(*)::int from pending_registrations) as pending, (select count(*)::int from mail_messages) as mail',
        );
        return row as { pending: number; mail: number };
      };
      const added = async (email: string) => {
        const before = await rows();
        await register(email);
        const after = await rows();
        return { pending: after.pending - before.pending, mail: after.mail - before.mail };
      };
      expect(await added('fresh-two@example.org')).toEqual({ pending: 1, mail: 1 });
      expect(await added('known@example.org')).toEqual({ pending: 1, mail: 1 });
      const hashes = await db.owner(
        "select password_hash from pending_registrations where email_key = 'known@example.org'",
      );
      for (const { password_hash: hash } of hashes) expect(hash).toMatch(/^\$argon2id\$/);
    });

    test('who registers with another’s address gets nothing out of their following the link', async () => {
      await register('victim@example.org', { password: 'the attacker knows it' });
      const token = tokenIn((await world.mailTo('victim@example.org'))[0]);
      expect(await confirm(token, 'what the victim would choose')).toMatchObject({
        status: 401,
        body: { code: 'identity.invalid_credentials' },
      });
      expect(await accounts('victim@example.org')).toEqual([]);
    });

    test('of ten confirmations at once one makes an account; after a day none does', async () => {
      await register('race@example.org');
      const token = tokenIn((await world.mailTo('race@example.org'))[0]);
      const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(token)));
      expect(answers.map(({ status }) => status).sort()).toEqual([
        201,
        ...Array.from({ length: 9 }, () => 410),
      ]);
      await register('late@example.org');
      const late = tokenIn((await world.mailTo('late@example.org'))[0]);
      world.pass(86_401);
      expect((await confirm(late)).status).toBe(410);
      await world.account.sweep();
      expect(
        await db.owner("select 1 as n from pending_registrations where email_key = 'late@example.org'"),
      ).toEqual([]);
    });

    test('an address that got an account meanwhile stays theirs', async () => {
      await register('two-ways@example.org');
      const token = tokenIn((await world.mailTo('two-ways@example.org'))[0]);
      await world.join('two-ways@example.org');
      expect((await confirm(token)).status).toBe(410);
    });

    test.each([
      ['a password that is tried first', { password: 'qwertyuiop' }],
      ['one’s name as password', { password: 'adaadaadaada' }],
      ['no address', { email: 'x' }],
      ['a blank name', { name: ' ' }],
    ])('%s is refused before any mail is written', async (_case, fields) => {
      expect((await register('bad@example.org', fields)).status).toBe(422);
      expect(await world.mailTo('bad@example.org')).toEqual([]);
    });

    test('an open registration tells who has an account ten times from one network, and then nothing at all', async () => {
      const limited = accountClient(await world.withSettings({ rateLimit: true }));
      const attempt = async (email: string) =>
        (
          await limited('POST', 'register', {
            body: { email, password: PASSWORD, name: 'Eve' },
            address: '203.0.113.5',
          })
        ).status;
      const statuses: number[] = [];
      for (let index = 0; index < 10; index += 1) statuses.push(await attempt('known@example.org'));
      expect(statuses).toEqual(Array.from({ length: 10 }, () => 409));
      expect(await attempt('known@example.org')).toBe(429);
      expect(await attempt('nobody-yet@example.org')).toBe(429);
    });
  });
}
