import { beforeAll, describe, expect, test } from 'vitest';
import { INSTANCE_TRAIL } from '../../platform/audit/index.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { identityStage } from '../../testing/identity-stage.ts';
import type { IdentityWorld } from '../../testing/identity-world.ts';

const PASSWORD = 'correct horse battery';

/** Making accounts and signing in, over HTTP. */
export function signInContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`sign-in: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;

    beforeAll(() => {
      ({ db, world } = stage.now());
    });

    const post = (path: string, payload: object, http = world.http) =>
      http.inject({ method: 'POST', url: `/api/v1/auth/${path}`, payload });
    const register = (email: string, more: object = {}) =>
      post('register', { email, password: PASSWORD, name: 'Ada', ...more });
    const login = (email: string, password = PASSWORD, http = world.http) =>
      post('login', { email, password }, http);
    const me = (token: string) =>
      world.http.inject({ url: '/api/v1/auth/me', headers: { authorization: `Bearer ${token}` } });

    test('registering makes a person, an organization and their admin role, and signs in', async () => {
      const answer = await register('ada@example.org', { name: ' Ada Lovelace ' });
      expect(answer.statusCode).toBe(201);
      const body = answer.json();
      expect(body).toEqual({
        accessToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: 900,
        csrfToken: expect.any(String),
        user: expect.objectContaining({ email: 'ada@example.org', name: 'Ada Lovelace' }),
        organization: expect.objectContaining({ name: 'Ada Lovelace’s organization', role: 'admin' }),
      });
      const seen = (await me(body.accessToken)).json();
      expect(seen).toEqual({
        user: body.user,
        operator: false,
        hasPassword: true,
        organization: body.organization,
        organizations: [body.organization],
        csrfToken: null,
      });
      const registered = { userId: body.user.id, organizationId: body.organization.id };
      expect(await world.audited('user.registered')).toMatchObject([registered]);
      expect(await world.audited('session.opened')).toMatchObject([
        { ...registered, organizationId: INSTANCE_TRAIL, targetId: body.user.id },
        { ...registered, details: { method: 'registration' } },
      ]);
    });

    test('the organization may be named', async () => {
      const answer = await register('named@example.org', { organizationName: 'Analytical Engines' });
      expect(answer.json().organization.name).toBe('Analytical Engines');
    });

    test('an address in use is refused in any spelling, with a sentence that claims nothing', async () => {
      await register('twice@example.org');
      const again = await register('TWICE@example.ORG');
      expect(again.statusCode).toBe(409);
      expect(again.json()).toMatchObject({ code: 'identity.email_unavailable' });
      expect(again.json().detail).not.toMatch(/exists|taken|registered/);
      expect(again.cookies).toEqual([]);
    });

    test('ten registrations of one address at once make one account', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => register('race@example.org')));
      expect(answers.map((answer) => answer.statusCode).sort()).toEqual([
        201,
        ...Array.from({ length: 9 }, () => 409),
      ]);
      const rows = await db.owner(
        'select id from organizations where id not in (select organization_id from memberships)',
      );
      expect(rows).toEqual([]);
    });

    test.each([
      ['no address', { email: 'ada' }],
      ['a short password', { password: 'short' }],
      ['a password of 9 characters that look longer', { password: '😀'.repeat(9) }],
      ['a huge password', { password: 'x'.repeat(257) }],
      ['a blank name', { name: '   ' }],
      ['a name with a control character', { name: 'Ada\u0007' }],
      ['a name with NUL', { name: 'Ada\u0000' }],
      ['half a character', { name: 'Ada\ud800' }],
      ['a name that is too long', { name: 'x'.repeat(201) }],
      ['a blank organization', { organizationName: ' ' }],
      ['a number for a name', { name: 5 }],
      ['a field that does not exist', { role: 'admin' }],
    ])('registering with %s is refused', async (_case, fields) => {
      const answer = await register('bad@example.org', fields);
      expect([400, 422]).toContain(answer.statusCode);
      expect(await db.owner("select id from users where email_key = 'bad@example.org'")).toEqual([]);
    });

    test('registration can be closed', async () => {
      const closed = await world.withSettings({ registration: 'closed' });
      const answer = await post(
        'register',
        { email: 'late@example.org', password: PASSWORD, name: 'Late' },
        closed.http,
      );
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'identity.registration_closed' });
    });

    test('signing in sets two cookies that scripts and other sites cannot use', async () => {
      await register('cookies@example.org');
      const answer = await login('cookies@example.org');
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      const flags = { httpOnly: true, secure: true, sameSite: 'Lax' };
      expect(answer.cookies).toEqual([
        {
          name: '__Host-scriptorium_access',
          value: answer.json().accessToken,
          path: '/',
          maxAge: 900,
          ...flags,
        },
        {
          name: '__Host-scriptorium_refresh',
          value: expect.any(String),
          path: '/',
          maxAge: 86_400,
          ...flags,
        },
      ]);
      expect(answer.json()).not.toHaveProperty('refreshToken');
    });

    test('without TLS, where browsers refuse Secure and its prefix, the cookies have plain names and narrow paths', async () => {
      await register('plain@example.org');
      const plain = await world.withSettings({ secureCookies: false });
      const answer = await login('plain@example.org', PASSWORD, plain.http);
      expect(answer.cookies.map(({ name, path, secure }) => [name, path, secure])).toEqual([
        ['scriptorium_access', '/', undefined],
        ['scriptorium_refresh', '/api/v1/auth', undefined],
      ]);
      const cookies = Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value]));
      const asked = { url: '/api/v1/auth/me', cookies };
      expect((await plain.http.inject(asked)).statusCode).toBe(200);
      // A neighbour in the same domain can set a plain name; behind TLS nobody listens to it.
      expect((await world.http.inject(asked)).statusCode).toBe(401);
    });

    test('a program gets the refresh token in the body, and then no cookies', async () => {
      await register('program@example.org');
      const answer = await post('login?transport=body', { email: 'program@example.org', password: PASSWORD });
      expect(answer.json()).toHaveProperty('refreshToken');
      expect(answer.cookies).toEqual([]);
    });

    test('other spellings of the address and of the password are the same', async () => {
      await register('strasse.fi@example.org', { password: 'pa\u00e5ssword one' });
      const answer = await login(' STRASSE.ﬁ@EXAMPLE.org ', 'paa\u030assword one');
      expect(answer.statusCode).toBe(200);
    });

    test('a wrong password and an unknown address get the same answer', async () => {
      await register('known@example.org');
      const answers = [
        await login('known@example.org', 'not the password'),
        await login('nobody@example.org', 'not the password'),
        await login('not an address', 'not the password'),
      ];
      expect(answers.map((answer) => answer.statusCode)).toEqual([401, 401, 401]);
      const [first, ...others] = answers.map((answer) => ({ ...answer.json(), requestId: '' }));
      expect(first).toMatchObject({ code: 'identity.invalid_credentials' });
      for (const other of others) expect(other).toEqual(first);
      expect(answers.flatMap((answer) => answer.cookies)).toEqual([]);
      const [user] = await db.owner("select id from users where email_key = 'known@example.org'");
      await expect
        .poll(() => world.audited('sign_in.failed'))
        .toMatchObject([
          { organizationId: INSTANCE_TRAIL, targetId: user?.id, userId: null, outcome: 'denied' },
        ]);
    });

    test('an account without a password cannot be signed in to by any', async () => {
      await db.owner("update users set password_hash = null where email_key = 'known@example.org'");
      expect((await login('known@example.org')).statusCode).toBe(401);
    });

    test.each(['\u0000', "' or 1=1 --", 'a@b\u0000', '\ud800@example.org', '%', 'x'.repeat(254)])(
      'the address %j is no trouble',
      async (email) => {
        const answer = await login(email);
        expect([400, 401, 422]).toContain(answer.statusCode);
      },
    );

    test('passwords are kept as Argon2id, sessions without anything that could be presented', async () => {
      const answer = await post('login?transport=body', { email: 'program@example.org', password: PASSWORD });
      const [user] = await db.owner(
        "select password_hash from users where email_key = 'program@example.org'",
      );
      expect(user?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      const stored = JSON.stringify(
        await db.owner("select encode(refresh_seed, 'base64') as seed, * from sessions"),
      );
      const { refreshToken, accessToken, csrfToken } = answer.json();
      for (const secret of [refreshToken, accessToken, csrfToken]) expect(stored).not.toContain(secret);
    });
  });

  describe(`sign-in limits: ${name}`, () => {
    const stage = identityStage(open);
    let world: IdentityWorld;
    let http: IdentityWorld['http'];

    beforeAll(async () => {
      ({ world } = stage.now());
      ({ http } = await world.withSettings({ rateLimit: true }));
      for (const email of ['one@example.org', 'two@example.org']) {
        await http.inject({
          method: 'POST',
          url: '/api/v1/auth/register',
          payload: { email, password: PASSWORD, name: 'N' },
        });
      }
    });

    const attempt = async (email: string, password: string, remoteAddress: string) =>
      http.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { email, password }, remoteAddress });
    /** Statuses of so many attempts, one after the other. */
    async function attempts(
      count: number,
      email: (index: number) => string,
      address: (index: number) => string,
    ) {
      const statuses: number[] = [];
      for (let index = 0; index < count; index += 1) {
        statuses.push((await attempt(email(index), 'wrong password', address(index))).statusCode);
      }
      return statuses;
    }

    const ten = Array.from({ length: 10 }, () => 401);

    test('after ten wrong passwords from one network it has to wait; the person elsewhere has not', async () => {
      const here = () => '10.0.0.1';
      expect(await attempts(12, () => 'One@example.org', here)).toEqual([...ten, 401, 429]);
      const refused = await attempt('one@example.org', PASSWORD, '10.0.0.1');
      expect(refused.statusCode).toBe(429);
      expect(refused.json()).toMatchObject({ code: 'identity.too_many_attempts' });
      const wait = Number(refused.headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect((await attempt('one@example.org', PASSWORD, '10.0.1.1')).statusCode).toBe(200);
      expect((await attempt('two@example.org', PASSWORD, '10.0.0.1')).statusCode).toBe(200);
      world.pass(wait);
      expect((await attempt('one@example.org', PASSWORD, '10.0.0.1')).statusCode).toBe(200);
    });

    test('accounts that do not exist have to wait in the same way', async () => {
      const statuses = await attempts(
        12,
        () => 'ghost@example.org',
        () => '10.0.2.1',
      );
      expect(statuses).toEqual([...ten, 401, 429]);
    });

    test('a right password starts the count again', async () => {
      const two = () => 'two@example.org';
      const here = () => '10.0.3.1';
      await attempts(9, two, here);
      expect((await attempt('two@example.org', PASSWORD, '10.0.3.1')).statusCode).toBe(200);
      expect(await attempts(10, two, here)).toEqual(ten);
    });

    test('one network that tries many accounts is slowed down; another one is not', async () => {
      const statuses = await attempts(
        121,
        (index) => `n${index}@example.org`,
        (index) => `2001:db8:1:2::${index + 1}`,
      );
      expect(statuses.slice(0, 120)).toEqual(Array.from({ length: 120 }, () => 401));
      expect(statuses.at(-1)).toBe(429);
      expect((await attempt('other@example.org', PASSWORD, '2001:db8:1:3::1')).statusCode).toBe(401);
    });
  });
}
