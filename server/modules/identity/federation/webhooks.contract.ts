import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type FederationWorld, failureOf, federationWorld } from '../../../testing/federation-world.ts';

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;
const TOKEN = 'a-token-that-was-agreed-on';
const MINUTE = 60_000;

let serial = 0;

/** Messages of Clerk, of Auth0 and of anybody who speaks Standard Webhooks, on one kind of database. */
export function webhooksContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`webhooks of identity providers: ${name}`, () => {
    let db: TestDatabase;
    let world: FederationWorld;

    beforeAll(async () => {
      db = await open();
      world = await federationWorld(db);
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });
    beforeEach(() => world.reset());

    const now = () => world.clock().getTime();
    const trust = (settings: object = {}) =>
      world.trust({ webhook: { format: 'standard', secrets: [SECRET] }, ...settings });

    interface Message {
      readonly id?: string;
      readonly secret?: Uint8Array;
      readonly sentAt?: number;
      readonly prefix?: string;
    }
    function post(body: unknown, message: Message = {}, slug = 'acme') {
      const { id = `msg_${serial++}`, secret = KEY, sentAt = now(), prefix = 'svix' } = message;
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      const timestamp = String(Math.floor(sentAt / 1000));
      const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${payload}`).digest('base64');
      return world.http.inject({
        ...{ method: 'POST', url: `/api/v1/auth/webhooks/${slug}`, payload },
        headers: {
          'content-type': 'application/json',
          [`${prefix}-id`]: id,
          [`${prefix}-timestamp`]: timestamp,
          [`${prefix}-signature`]: `v1,${mac}`,
        },
      });
    }
    /** A user as Clerk sends it. */
    const clerk = (id: string, changes: object = {}) => ({
      id,
      object: 'user',
      first_name: 'Ada',
      last_name: 'Lovelace',
      primary_email_address_id: 'idn_1',
      email_addresses: [
        { id: 'idn_0', email_address: 'old@elsewhere.example', verification: { status: 'verified' } },
        { id: 'idn_1', email_address: `${id}@acme.example`, verification: { status: 'verified' } },
      ],
      public_metadata: {},
      ...changes,
    });
    const event = (type: string, data: object, at = now()) => ({
      type: `user.${type}`,
      timestamp: at,
      object: 'event',
      data,
    });
    const userOf = async (id: string) => {
      const [row] = await db.owner(
        `select u.id, u.email, u.name, u.email_verified_at is not null as verified,
           (select json_agg(m.role) from memberships m where m.user_id = u.id) as roles
         from federated_identities i join users u on u.id = i.user_id where i.subject = $1`,
        [id],
      );
      return row;
    };
    const fresh = () => `user_${serial++}`;

    describe('of Clerk', () => {
      test('make, change and end accounts', async () => {
        await trust({ emailDomains: ['acme.example'] });
        const id = fresh();
        expect((await post(event('created', clerk(id)))).statusCode).toBe(204);
        expect(await userOf(id)).toMatchObject({
          ...{ email: `${id}@acme.example`, name: 'Ada Lovelace', verified: true, roles: ['regular'] },
        });
        const renamed = {
          last_name: 'King',
          email_addresses: [
            { id: 'idn_1', email_address: `new-${id}@acme.example`, verification: { status: 'verified' } },
          ],
        };
        await post(event('updated', clerk(id, renamed), now() + 1));
        const user = await userOf(id);
        expect(user).toMatchObject({ email: `new-${id}@acme.example`, name: 'Ada King' });
        expect(
          (await post(event('deleted', { id, deleted: true, object: 'user' }, now() + 2))).statusCode,
        ).toBe(204);
        expect(await userOf(id)).toBeUndefined();
        expect(await db.owner('select from memberships where user_id = $1', [user?.id])).toEqual([]);
        expect(await db.owner('select from users where id = $1', [user?.id])).toHaveLength(1);
        expect(await world.audited('user.changed')).toContainEqual(
          expect.objectContaining({ targetId: user?.id }),
        );
      });

      test('an address that is not verified makes no account until it is', async () => {
        await trust();
        const id = fresh();
        const data = (status: string) =>
          clerk(id, {
            email_addresses: [{ id: 'idn_1', email_address: `${id}@acme.example`, verification: { status } }],
          });
        expect((await post(event('created', data('unverified')))).statusCode).toBe(204);
        expect(await userOf(id)).toBeUndefined();
        await post(event('updated', data('verified'), now() + 1));
        expect(await userOf(id)).toBeDefined();
      });

      test('roles follow where the message says them, and stay where it is silent', async () => {
        await trust({
          ...{ roleClaim: ['public_metadata', 'role'], roles: { boss: 'admin', staff: 'power' } },
          ...{ defaultRole: 'guest', syncRoles: true },
        });
        const id = fresh();
        const as = (role: string | undefined, at: number) =>
          post(event('updated', clerk(id, { public_metadata: { role } }), at));
        await as('boss', now());
        expect((await userOf(id))?.roles).toEqual(['admin']);
        await as('staff', now() + 1);
        expect((await userOf(id))?.roles).toEqual(['power']);
        await as(undefined, now() + 2);
        expect((await userOf(id))?.roles).toEqual(['power']);
      });

      test('an address of somebody else is not taken over', async () => {
        await trust();
        const id = fresh();
        await post(event('created', clerk(id)));
        const founder = await db.owner('select email from users where id = $1', [world.founder.userId]);
        const stolen = {
          id: 'idn_1',
          email_address: founder[0]?.email,
          verification: { status: 'verified' },
        };
        expect(
          (await post(event('updated', clerk(id, { email_addresses: [stolen] }), now() + 1))).statusCode,
        ).toBe(204);
        expect(await userOf(id)).toMatchObject({ email: `${id}@acme.example` });
        const other = fresh();
        await post(event('created', clerk(other, { email_addresses: [stolen] })));
        expect(await userOf(other)).toBeUndefined();
      });
    });

    describe('come in any order', () => {
      const named = (id: string, name: string) => clerk(id, { first_name: name, last_name: '' });

      test('an older change after a newer one changes nothing', async () => {
        await trust();
        const id = fresh();
        await post(event('updated', named(id, 'New'), now() + 10));
        await post(event('created', named(id, 'Old'), now()));
        await post(event('updated', named(id, 'Older'), now() + 5));
        expect(await userOf(id)).toMatchObject({ name: 'New' });
      });

      test('a deletion wins over what came before it and after it, and over messages that were on their way', async () => {
        await trust();
        const id = fresh();
        await post(event('created', clerk(id), now()));
        await post(event('deleted', { id }, now() + 5));
        await post(event('updated', clerk(id), now() + 3));
        await post(event('updated', clerk(id), now() + 9));
        await post(event('created', clerk(id), now() + 5));
        expect(await userOf(id)).toBeUndefined();
        // The same person made again later is another beginning.
        await db.owner('delete from users where email = $1', [`${id}@acme.example`]);
        await post(event('created', clerk(id), now() + 20));
        expect(await userOf(id)).toBeDefined();
      });

      test('a deletion before anything else keeps a late creation out', async () => {
        await trust();
        const id = fresh();
        expect((await post(event('deleted', { id }, now()))).statusCode).toBe(204);
        await post(event('created', clerk(id), now() - MINUTE));
        expect(await userOf(id)).toBeUndefined();
      });

      test('a message counts once, also twenty times at once', async () => {
        await trust();
        const id = fresh();
        const message = { id: `msg_same_${id}` };
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => post(event('created', clerk(id)), message)),
        );
        expect(answers.every(({ statusCode }) => statusCode === 204)).toBe(true);
        expect(await db.owner('select from users where email = $1', [`${id}@acme.example`])).toHaveLength(1);
        // The id was seen: what comes under it again changes nothing, whatever it says.
        await post(event('deleted', { id }, now() + 1), message);
        expect(await userOf(id)).toBeDefined();
      });
    });

    test('the end of an account ends its sessions and its next sign-in, until it is made again', async () => {
      await trust();
      const login = world.person();
      const browser = world.browser();
      await world.signIn(login, browser);
      expect((await world.me(browser)).statusCode).toBe(200);
      // The provider's clock is the real one, and so is this message's.
      const ahead = Date.now() - now();
      world.pass(Math.ceil(ahead / 1000));
      expect((await post(event('deleted', { id: login }, Date.now() + MINUTE))).statusCode).toBe(204);
      expect((await world.me(browser)).statusCode).toBe(401);
      expect(failureOf(await world.signIn(login, world.browser()))).toBe('federation.no_access');
    });

    describe('are refused alike', () => {
      const problem = async (answer: ReturnType<typeof post>) => {
        const { statusCode, body } = await answer;
        const { requestId: _, ...rest } = JSON.parse(body);
        return { statusCode, ...rest };
      };

      test('without a signature that holds, for no provider, and for one that has no webhook', async () => {
        await trust();
        const id = fresh();
        const body = event('created', clerk(id));
        const refused = await problem(post(body, { secret: Buffer.alloc(32, 8) }));
        expect(refused).toMatchObject({ statusCode: 401, code: 'federation.webhook_refused' });
        expect(await problem(post(body, {}, 'nobody'))).toEqual(refused);
        expect(await problem(post(body, { sentAt: now() - 6 * MINUTE }))).toEqual(refused);
        expect(await problem(post(body, { sentAt: now() + 6 * MINUTE }))).toEqual(refused);
        expect(await problem(post(body, { prefix: 'x' }))).toEqual(refused);
        await db.owner('update identity_providers set webhook_format = null, webhook_secrets = null');
        expect(await problem(post(body))).toEqual(refused);
        await db.owner('update identity_providers set enabled = false');
        expect(await problem(post(body))).toEqual(refused);
        expect(await userOf(id)).toBeUndefined();
      });

      test('and nothing is read before the sender is known', async () => {
        await trust();
        for (const body of ['{{{{', '', '\u0000', '['.repeat(10_000)])
          expect((await post(body, { secret: Buffer.alloc(32, 8) })).statusCode).toBe(401);
      });
    });

    test.each<[string, unknown, number]>([
      ['no JSON', '{{{{', 400],
      ['nothing', '', 400],
      ['deep JSON', `${'['.repeat(1000)}${']'.repeat(1000)}`, 400],
      ['a list', [], 422],
      ['no type', { data: { id: 'x' } }, 422],
      ['no data', { type: 'user.created' }, 422],
      ['nobody', { type: 'user.created', data: {} }, 422],
      ['a subject without end', { type: 'user.created', data: { id: 'x'.repeat(300) } }, 422],
      ['a time that is none', { type: 'user.created', timestamp: 'yesterday', data: { id: 'x' } }, 422],
      ['a time before time', { type: 'user.created', timestamp: -5, data: { id: 'x' } }, 422],
      ['a time without end', { type: 'user.created', timestamp: 1e300, data: { id: 'x' } }, 422],
      ['the year 3000', { type: 'user.created', timestamp: '3000-01-01T00:00:00Z', data: { id: 'x' } }, 422],
      [
        'odd addresses',
        { type: 'user.created', data: { id: 'x', email_addresses: [null, 5, {}, 'a'] } },
        204,
      ],
      ['something else', { type: 'session.created', data: { id: 'x' } }, 204],
      ['a longer type', { type: 'user.created.twice', data: { id: 'x' } }, 204],
    ])('a signed message with %s', async (_name, body, status) => {
      await trust();
      const answer = await post(body);
      expect(answer.statusCode, answer.body).toBe(status);
      expect(await db.owner("select from federated_identities where subject = 'x'")).toEqual([]);
    });

    test('secrets are replaced without a gap', async () => {
      const made = await trust();
      const next = Buffer.alloc(32, 9);
      const both = [`whsec_${next.toString('base64')}`, SECRET];
      await world.operate(
        'PATCH',
        `/identity-providers/${made.id}`,
        { webhook: { format: 'standard', secrets: both } },
        1,
      );
      expect((await post(event('created', clerk(fresh())))).statusCode).toBe(204);
      expect(
        (await post(event('created', clerk(fresh())), { secret: next, prefix: 'webhook' })).statusCode,
      ).toBe(204);
      await world.operate(
        'PATCH',
        `/identity-providers/${made.id}`,
        { webhook: { format: 'standard', secrets: both.slice(0, 1) } },
        2,
      );
      expect((await post(event('created', clerk(fresh())))).statusCode).toBe(401);
    });

    describe('of Auth0', () => {
      const send = (body: unknown, authorization = `Bearer ${TOKEN}`) =>
        world.http.inject({
          ...{ method: 'POST', url: '/api/v1/auth/webhooks/acme', payload: JSON.stringify(body) },
          headers: { 'content-type': 'application/cloudevents+json', authorization },
        });
      const cloudEvent = (type: string, object: object, at = now(), id = `evt_${serial++}`) => ({
        ...{ id, specversion: '1.0', type, time: new Date(at).toISOString() },
        data: { object },
      });

      test('make, change and end accounts, each message once', async () => {
        await world.trust({ webhook: { format: 'auth0', secrets: [TOKEN] } });
        const id = `auth0|${serial++}`;
        const email = `auth0-${serial++}@acme.example`;
        const person = { user_id: id, email, email_verified: true, name: 'Grace' };
        expect((await send(cloudEvent('user.created', person))).statusCode).toBe(204);
        expect(await userOf(id)).toMatchObject({ email, name: 'Grace', roles: ['regular'] });
        await send(cloudEvent('com.auth0.user.updated', { ...person, name: 'Grace H.' }, now() + 1));
        expect(await userOf(id)).toMatchObject({ name: 'Grace H.' });
        const gone = cloudEvent('user.deleted', { user_id: id }, now() + 2);
        await send(gone);
        expect(await userOf(id)).toBeUndefined();
        expect((await send(gone)).statusCode).toBe(204);
      });

      test('are refused without the token', async () => {
        await world.trust({ webhook: { format: 'auth0', secrets: [TOKEN] } });
        const body = cloudEvent('user.created', { user_id: 'auth0|x' });
        for (const authorization of ['', 'Bearer ', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`])
          expect((await send(body, authorization)).statusCode).toBe(401);
        expect((await send({ ...body, id: '' })).statusCode).toBe(422);
        expect((await send({ ...body, time: 'now' })).statusCode).toBe(422);
      });
    });

    test('ids of messages are forgotten after a month', async () => {
      await trust();
      await post(event('created', clerk(fresh())));
      await world.federation.sweep(instanceActor('sweep'));
      expect(await db.owner('select from federation_messages')).not.toEqual([]);
      world.pass(31 * 86_400);
      await world.federation.sweep(instanceActor('sweep'));
      expect(await db.owner('select from federation_messages')).toEqual([]);
    });
  });
}
