import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemActor } from '../../kernel/actor.ts';
import { FEATURE_NAMES } from '../../kernel/features.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { type Client, createWorld, eventually, type World } from '../../testing/world.ts';

const SECRET = '8c1f0e6b7a5d4c3f2e1d0c9b8a7f6e5d';

/** What operators open and close, in the whole product over real sockets, on every database. */
export function operationsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`operations: ${name}`, () => {
    let world: World;
    let admin: Client;
    let stranger: Client;

    beforeAll(async () => {
      world = await createWorld({
        database: await open(),
        work: false,
        environment: { ADMIN_SECRET_KEY: SECRET },
      });
      admin = await world.person('admin', 'Here');
      stranger = await world.person('admin', 'There');
    });
    afterAll(() => world.close());
    afterEach(async () => {
      for (const [method, path, body] of undo.splice(0)) await operator(method, path, body);
    });

    /** What takes back what a test did. */
    const undo: (readonly [method: string, path: string, body?: object])[] = [];
    const operator = (method: string, path: string, body?: unknown) =>
      world.anonymous.call(method, path, body, { 'x-admin-secret': SECRET });
    const set = (path: string, on: boolean) => {
      undo.push(['PUT', path, { on: null }]);
      return operator('PUT', path, { on });
    };
    const maintain = (mode: string, message = 'Back at noon.') => {
      undo.push(['DELETE', '/operator/maintenance']);
      return operator('PUT', '/operator/maintenance', { mode, message });
    };
    const text = () => ({ title: 'A note', text: `Something new: ${randomUUID()}` });
    const add = (who: Client) => who.call('POST', '/library/sources', text());
    const register = () =>
      world.anonymous.call('POST', '/auth/register', {
        email: `${randomUUID()}@example.org`,
        password: 'correct horse battery staple',
        name: 'Somebody',
      });
    const actions = async () =>
      (
        await world.database.owner(
          "select action from audit_events where organization_id = '00000000-0000-0000-0000-000000000000'",
        )
      ).map(({ action }) => action);

    describe('features', () => {
      test('are a declared list; where nothing was said the default holds', async () => {
        const { body } = await operator('GET', '/operator/features');
        expect(body).toMatchObject({
          items: FEATURE_NAMES.map((feature) => ({
            feature,
            on: true,
            setting: null,
            description: expect.any(String),
          })),
        });
      });

      test('that are off are refused with a sentence, and are on again at once', async () => {
        expect((await add(admin)).status).toBe(202);
        const changed = await set('/operator/features/uploads', false);
        expect(changed).toMatchObject({
          status: 200,
          body: { feature: 'uploads', on: false, setting: false },
        });
        const refused = await add(admin);
        expect(refused).toMatchObject({
          status: 403,
          body: {
            code: 'operations.feature_off',
            feature: 'uploads',
            detail: expect.stringContaining('library'),
          },
        });
        expect((await admin.call('GET', '/library/sources')).status).toBe(200);
        expect((await admin.call('GET', '/features')).body).toMatchObject({
          features: { uploads: false, ask: true },
        });
        await operator('PUT', '/operator/features/uploads', { on: null });
        expect((await add(admin)).status).toBe(202);
        expect(await actions()).toContain('feature.changed');
      });

      test('of one organization go before those of the instance, both ways', async () => {
        const here = `/operator/organizations/${admin.organizationId}/features/uploads`;
        await set(here, false);
        expect((await add(admin)).status).toBe(403);
        expect((await add(stranger)).status).toBe(202);
        await set('/operator/features/uploads', false);
        await set(here, true);
        expect((await add(admin)).status).toBe(202);
        expect((await add(stranger)).status).toBe(403);
        const { body } = await operator('GET', `/operator/organizations/${admin.organizationId}/features`);
        expect(body).toMatchObject({
          items: expect.arrayContaining([
            expect.objectContaining({ feature: 'uploads', on: true, setting: true }),
          ]),
        });
      });

      test('registration that is off keeps new people out and says so to the sign-in page', async () => {
        expect((await world.anonymous.call('GET', '/instance')).body).toEqual({
          maintenance: null,
          registration: true,
        });
        await set('/operator/features/registration', false);
        expect((await register()).body).toMatchObject({ status: 403, code: 'operations.feature_off' });
        expect((await world.anonymous.call('GET', '/instance')).body).toMatchObject({ registration: false });
      });

      test('where the settings let nobody register, the sign-in page offers it to nobody', async () => {
        const closed = await createWorld({ environment: { REGISTRATION: 'closed' } });
        const { body } = await closed.anonymous.call('GET', '/instance');
        await closed.close();
        expect(body).toMatchObject({ registration: false });
      });

      test('API keys that are off open nothing, and open again', async () => {
        const made = await admin.call('POST', '/api-keys', { name: 'k', scopes: ['library:read'] });
        expect(made).toMatchObject({ status: 201 });
        const { key } = made.body as { key: string };
        const read = () =>
          world.anonymous.call('GET', '/library/sources', undefined, { authorization: `Bearer ${key}` });
        expect((await read()).status).toBe(200);
        await set(`/operator/organizations/${admin.organizationId}/features/apiKeys`, false);
        expect((await read()).body).toMatchObject({ status: 403, feature: 'apiKeys' });
        expect((await admin.call('POST', '/api-keys', { name: 'k', scopes: ['library:read'] })).status).toBe(
          403,
        );
        expect((await admin.call('GET', '/api-keys')).status).toBe(200);
        await operator('PUT', `/operator/organizations/${admin.organizationId}/features/apiKeys`, {
          on: null,
        });
        expect((await read()).status).toBe(200);
      });

      test.each([
        ['an unknown feature', '/operator/features/flying', { on: false }, 404],
        ['a member of every object', '/operator/features/constructor', { on: false }, 404],
        [
          'an unknown organization',
          `/operator/organizations/${randomUUID()}/features/ask`,
          { on: false },
          404,
        ],
        ['no organization at all', '/operator/organizations/nonsense/features/ask', { on: false }, 404],
        ['no word', '/operator/features/ask', {}, 422],
        ['a word that is none', '/operator/features/ask', { on: 'no' }, 422],
      ])('%s is refused', async (_case, path, body, status) => {
        expect((await operator('PUT', path, body)).status).toBe(status);
      });
    });

    describe('maintenance', () => {
      test('in which nothing can be changed: reading goes on, and who writes is told when to come back', async () => {
        expect((await maintain('writes')).body).toMatchObject({
          maintenance: { mode: 'writes', message: 'Back at noon.', since: expect.any(String) },
        });
        expect((await admin.call('GET', '/library/sources')).status).toBe(200);
        for (const answer of [await add(admin), await register()]) {
          expect(answer).toMatchObject({
            status: 503,
            body: { code: 'operations.maintenance', detail: 'Back at noon.', maintenance: 'writes' },
          });
          expect(answer.headers.get('retry-after')).toBe('60');
        }
        await operator('DELETE', '/operator/maintenance');
        expect((await add(admin)).status).toBe(202);
        expect(await actions()).toEqual(expect.arrayContaining(['maintenance.begun', 'maintenance.ended']));
      });

      test('in which only operators get in, and can still sign in', async () => {
        await maintain('everything');
        expect((await admin.call('GET', '/library/sources')).body).toMatchObject({ status: 503 });
        const login = await world.anonymous.call('POST', '/auth/login', {
          email: admin.email,
          password: 'correct horse battery staple',
        });
        expect(login.status).toBe(200);
        await world.database.owner('update users set operator = true where email = $1', [admin.email]);
        expect((await admin.call('GET', '/library/sources')).status).toBe(200);
        expect((await add(admin)).status).toBe(202);
        expect((await stranger.call('GET', '/library/sources')).status).toBe(503);
        await world.database.owner('update users set operator = false where email = $1', [admin.email]);
      });

      test('leaves the server healthy, which says so', async () => {
        await maintain('everything');
        const { status, body } = await world.anonymous.call('GET', '/health/ready');
        expect({ status, body }).toMatchObject({
          status: 200,
          body: { status: 'ready', maintenance: { message: 'Back at noon.' } },
        });
        expect((await world.anonymous.call('GET', '/instance')).body).toMatchObject({
          maintenance: { mode: 'everything', message: 'Back at noon.' },
        });
      });

      test('keeps its beginning when its words change', async () => {
        const begun = (await maintain('writes')).body as { maintenance: { since: string } };
        const changed = await maintain('everything', 'Later.');
        expect(changed.body).toEqual({
          maintenance: { mode: 'everything', message: 'Later.', since: begun.maintenance.since },
        });
      });

      test.each([[{}], [{ mode: 'nap', message: 'x' }], [{ mode: 'writes', message: '' }]])(
        'by %j is refused',
        async (body) => {
          expect((await operator('PUT', '/operator/maintenance', body)).status).toBe(422);
        },
      );
    });

    test('another process hears of it without being asked', async () => {
      const other = await createWorld({
        database: { ...world.database, close: async () => undefined },
        work: false,
        environment: { ADMIN_SECRET_KEY: SECRET, SECRET_KEY: world.app.platform.secretKey },
      });
      await maintain('everything', 'Back at noon.');
      const { maintenance } = other.app.modules.operations.state;
      await eventually(
        async () => maintenance(),
        (heard) => heard?.message === 'Back at noon.',
      );
      await other.app.stop();
    });

    test('the overview counts people, work and files', async () => {
      await add(admin);
      const { status, body } = await operator('GET', '/operator/overview');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        version: expect.stringMatching(/^\d+\./),
        node: process.version,
        database: { kind: world.database.database.kind, version: expect.stringMatching(/^\d+/) },
        accounts: { disabledUsers: 0, operators: 0, suspendedOrganizations: 0 },
        storage: { complete: true },
        maintenance: null,
      });
      const { database, accounts, queue, storage } = body as Record<string, Record<string, number>>;
      expect(accounts?.users).toBeGreaterThanOrEqual(2);
      expect(queue?.waiting).toBeGreaterThanOrEqual(1);
      expect(storage?.files).toBeGreaterThanOrEqual(1);
      expect(storage?.bytes).toBeGreaterThan(0);
      expect(database?.bytes).toBeGreaterThan(1_000_000);
    });

    test.each([
      ['GET', '/operator/features'],
      ['PUT', '/operator/features/ask'],
      ['GET', '/operator/maintenance'],
      ['PUT', '/operator/maintenance'],
      ['DELETE', '/operator/maintenance'],
      ['GET', '/operator/overview'],
    ])('%s %s is for operators', async (method, path) => {
      const body = method === 'PUT' ? { on: false } : undefined;
      expect((await world.anonymous.call(method, path, body)).status).toBe(401);
      expect((await admin.call(method, path, body)).body).toMatchObject({
        status: 403,
        code: 'identity.operator_required',
      });
    });

    test('a tenant neither reads nor writes what operators said, whatever it asks the database', async () => {
      await set('/operator/features/ask', false);
      const { database } = world.database;
      const actor = systemActor(admin.organizationId, 'test');
      for (const table of ['instance_features', 'organization_features', 'instance_maintenance']) {
        const seen = await database.uow.read(actor, (tx) =>
          database.executor(tx).execute(`select * from ${table}`),
        );
        expect(seen.rows).toEqual([]);
      }
      const forged = database.uow.write(actor, (tx) =>
        database
          .executor(tx)
          .execute('insert into organization_features values ($1, $2, true, now())', [
            admin.organizationId,
            'ask',
          ]),
      );
      await expect(forged).rejects.toThrow(/row-level security/);
    });
  });
}
