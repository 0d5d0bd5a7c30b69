import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Confined, PERMISSIONS } from '../../app/permissions.ts';
import type { Browser } from '../browser.ts';
import type { TestDatabase } from '../database.ts';
import { federationStage } from '../federation-stage.ts';
import { type FederationWorld, ORIGIN } from '../federation-world.ts';

/** The operations of the table of permissions that are about the account, and what is left of each. */
const DECLARED = new Map(
  Object.entries(PERMISSIONS).flatMap(([operation, permission]) =>
    permission.kind === 'role' && permission.confined !== undefined
      ? [[operation, permission.confined] as const]
      : [],
  ),
);
const OWN_SIGN_IN = { status: 403, code: 'identity.own_sign_in_required' };
const PASSWORD = 'a new password for the tests';

interface Person {
  readonly id: string;
  readonly email: string;
  readonly by: Browser;
  /** A session of theirs by a password, in the other organization. */
  readonly sessionElsewhere: string;
}

/** What the hostile provider sends with an operation; without a proof of the person. */
const BODIES: Readonly<Record<string, object>> = {
  'PATCH /auth/me': { name: 'Somebody else' },
  'DELETE /auth/me': {},
  'POST /auth/password': { newPassword: PASSWORD },
  'POST /auth/second-factor': {},
  'DELETE /auth/second-factor': { code: '000000' },
  'POST /auth/second-factor/confirm': { code: '000000' },
  'POST /auth/second-factor/recovery-codes': { code: '000000' },
  'POST /auth/email-verification/confirm': { token: 'x'.repeat(43) },
  'POST /auth/oidc/{provider}/link': {},
  'POST /organizations': { name: 'Another one' },
};

/**
 * Whoever runs the identity provider of one organization signs in as its people, who belong to another organization too, and calls
 * everything that is about the account.
 */
export function confinedContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`a hostile identity provider and the accounts of its people: ${name}`, () => {
    const stage = federationStage(open);
    let db: TestDatabase;
    let world: FederationWorld;
    let elsewhere: string;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      elsewhere = (await world.join('elsewhere@there.example')).organizationId;
    });
    beforeEach(() => world.reset());

    const cookieOf = (by: Browser) =>
      [...by.cookies(ORIGIN)].map(([key, value]) => `${key}=${value}`).join('; ');

    async function personOfTwo(): Promise<Person> {
      await world.trust();
      const by = world.browser();
      const login = world.person();
      await world.signIn(login, by);
      const { id, email } = (await world.me(by)).json().user;
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        elsewhere,
        id,
      ]);
      const [session] = await db.owner(
        `insert into sessions (id, user_id, organization_id, refresh_seed, generation, rotated_at, expires_at, method, address,
           user_agent, created_at, updated_at)
         select gen_random_uuid(), user_id, $2, refresh_seed, 0, rotated_at, expires_at, 'password', '203.0.113.77',
           'their own browser', created_at, updated_at
         from sessions where user_id = $1 returning id`,
        [id, elsewhere],
      );
      return { id, email, by, sessionElsewhere: String(session?.id) };
    }

    async function call(operation: string, { by, id, sessionElsewhere }: Person) {
      const [method = '', path = ''] = operation.split(' ');
      const ids = path.startsWith('/organizations') ? world.organizationId : sessionElsewhere;
      const url = path.replace('{provider}', 'acme').replace('{id}', ids).replace('{userId}', id);
      const { csrfToken } = (await world.me(by)).json();
      const payload =
        operation === 'POST /auth/organization' ? { organizationId: elsewhere } : BODIES[operation];
      return world.http.inject({
        ...{ method: method as 'GET' | 'POST' | 'PATCH' | 'DELETE', url: `/api/v1${url}` },
        headers: { cookie: cookieOf(by), 'x-csrf-token': String(csrfToken) },
        ...(payload ? { payload } : {}),
      });
    }

    /** Everything of the account that the other organization relies on. */
    const account = ({ id, sessionElsewhere }: Person) =>
      db.owner(
        `select u.name, u.email, u.password_hash, u.second_factor_at,
           (select count(*)::int from second_factors f where f.user_id = u.id) as factors,
           (select count(*)::int from federated_identities i where i.user_id = u.id) as identities,
           (select count(*)::int from memberships m where m.user_id = u.id and m.organization_id <> $2) as others,
           (select revoked_at from sessions s where s.id = $3) as ended
         from users u where u.id = $1`,
        [id, world.organizationId, sessionElsewhere],
      );

    const those = (...kinds: readonly Confined[]) =>
      [...DECLARED].flatMap(([operation, kind]) => (kinds.includes(kind) ? [operation] : []));

    test('every operation about the account says what is left of it', () => {
      const about = Object.entries(PERMISSIONS).filter(
        ([operation, { kind }]) => kind === 'role' && / \/auth\/|^POST \/organizations$/.test(operation),
      );
      expect(about.length).toBeGreaterThan(20);
      expect(about.map(([operation]) => operation).filter((operation) => !DECLARED.has(operation))).toEqual(
        [],
      );
    });

    test.each([...DECLARED])(
      '%s (%s) tells nothing of what is elsewhere, and changes nothing there',
      async (operation) => {
        const person = await personOfTwo();
        const before = await account(person);
        const answer = await call(operation, person);
        expect(answer.statusCode, answer.body).toBeLessThan(500);
        expect(answer.body).not.toContain(elsewhere);
        expect(answer.body).not.toContain(person.sessionElsewhere);
        expect(answer.body).not.toContain('203.0.113.77');
        expect(await account(person)).toEqual(before);
      },
    );

    test.each(those('alone', 'refused'))('%s is refused', async (operation) => {
      expect((await call(operation, await personOfTwo())).json()).toMatchObject(OWN_SIGN_IN);
    });

    test.each(['POST /auth/password', 'POST /auth/oidc/{provider}/link', 'POST /organizations'])(
      '%s is refused also while they belong to nothing else, because it lasts when they do',
      async (operation) => {
        const person = await personOfTwo();
        await db.owner('delete from memberships where organization_id = $1 and user_id = $2', [
          elsewhere,
          person.id,
        ]);
        expect((await call(operation, person)).json()).toMatchObject(OWN_SIGN_IN);
      },
    );

    test.each(those('narrowed').filter((operation) => operation.startsWith('GET')))(
      '%s shows what is theirs',
      async (operation) => {
        const person = await personOfTwo();
        const answer = await call(operation, person);
        expect(answer.statusCode, answer.body).toBe(200);
        expect(answer.body).toMatch(new RegExp(`${world.organizationId}|"id":"acme"`));
      },
    );

    test('ending all sessions ends what the provider opened there', async () => {
      const person = await personOfTwo();
      const login = person.email.slice(0, person.email.indexOf('@'));
      const second = world.browser();
      await world.signIn(login, second);
      const ended = await call('DELETE /auth/sessions', person);
      expect(ended.json()).toEqual({ ended: 1 });
      expect((await world.me(second)).statusCode).toBe(401);
    });

    test('their password opens to them what is theirs, also in such a session', async () => {
      const person = await personOfTwo();
      const { csrfToken } = (await world.me(person.by)).json();
      const headers = { cookie: cookieOf(person.by), 'x-csrf-token': String(csrfToken) };
      const joined = await world.join('with-password@there.example');
      await db.owner(
        'update users set password_hash = (select password_hash from users where id = $2) where id = $1',
        [person.id, joined.userId],
      );
      const payload = { name: 'A new name', currentPassword: 'a password for tests' };
      const url = '/api/v1/auth/me';
      const wrong = { ...payload, currentPassword: 'a guess of the provider' };
      expect(
        (await world.http.inject({ method: 'PATCH', url, headers, payload: wrong })).json(),
      ).toMatchObject({ code: 'identity.wrong_password' });
      const renamed = await world.http.inject({ method: 'PATCH', url, headers, payload });
      expect(renamed.json()).toMatchObject({ name: 'A new name' });
    });
  });
}
