import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { instanceActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../database.ts';
import { type Answer, createWorld, eventually, send, type World } from '../world.ts';
import { ADMIN_SECRET } from './callers.ts';
import { comparable } from './matrix.ts';
import { fillTenant, type Tenant, userIdOf } from './tenant.ts';

/** Calls by an admin that name something outside the path. `id`: what is named. */
const REFERENCES: Readonly<Record<string, (own: Tenant, id: string) => Promise<Answer>>> = {
  'a collection to upload into': ({ power }, collectionId) =>
    power.call('POST', '/library/sources', { title: 'x', text: 'Some text.', collectionId }),
  'a collection to list': ({ admin }, id) => admin.call('GET', `/library/sources?collectionId=${id}`),
  'a collection to search': ({ admin }, id) => admin.call('GET', `/search?q=lighthouse&collectionId=${id}`),
  'a collection to ask': ({ admin }, collectionId) =>
    admin.call('POST', '/ask', { question: 'Who knows why the lighthouse was dark?', collectionId }),
  'an organization to work in': ({ admin }, id) =>
    admin.call('GET', '/library/sources', undefined, { 'x-organization-id': id }),
  'an organization to move to': ({ admin }, organizationId) =>
    admin.call('POST', '/auth/organization', { organizationId }),
  'a person in the trail': ({ admin }, id) => admin.call('GET', `/audit-events?userId=${id}`),
  'a thing in the trail': ({ admin }, id) =>
    admin.call('GET', `/audit-events?targetType=source&targetId=${id}`),
  'a person to give a role': ({ admin, id }, userId) =>
    admin.call('PATCH', `/organizations/${id}/members/${userId}`, { role: 'guest' }),
  'a person to remove': ({ admin, id }, userId) =>
    admin.call('DELETE', `/organizations/${id}/members/${userId}`),
  'an archive': ({ admin, id }, exportId) =>
    admin.call('GET', `/organizations/${id}/exports/${exportId}/file`),
};

/** Surfaces of the issue that do not exist yet; the day that one appears, it needs its tests here. */
const NO_SUCH_SURFACE_YET = [
  'socket.io',
  '@hocuspocus/server',
  '@aws-sdk/client-s3',
  '@google-cloud/storage',
  'mercurius',
];

/** One organization against another by everything that is no id in a path: bodies, queries, headers, cursors, jobs, streams. */
export function beyondPathsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`isolation beyond paths: ${name}`, () => {
    let world: World;
    let own: Tenant;
    let other: Tenant;

    beforeAll(async () => {
      world = await createWorld({ database: await open(), environment: { ADMIN_SECRET_KEY: ADMIN_SECRET } });
      own = await fillTenant(world, 'Own');
      other = await fillTenant(world, 'Other');
    }, 120_000);
    afterAll(() => world.close());

    function expectNothingOfTheOther(answer: Answer): void {
      const said = JSON.stringify([answer.body, [...answer.headers]]);
      expect(said).not.toContain(other.canary);
      expect(answer.status).toBeLessThan(500);
    }

    test.each(Object.entries(REFERENCES))('%s: foreign looks like nonexistent', async (what, call) => {
      const foreign = [...Object.values(other.things), other.id, await userIdOf(world, other.admin.email)];
      const nobodys = comparable(await call(own, newId()));
      for (const id of foreign) {
        const answer = await call(own, id);
        expectNothingOfTheOther(answer);
        expect(comparable(answer), what).toBe(nobodys);
      }
    });

    test('a cursor of another organization leads only to what is one’s own', async () => {
      for (const path of [
        '/library/sources',
        '/library/collections',
        '/tasks',
        '/audit-events',
        '/invitations',
      ]) {
        const { body } = await other.admin.call('GET', `${path}?limit=1`);
        const cursor = (body as { nextCursor: string | null }).nextCursor;
        if (cursor === null) continue;
        const answer = await own.admin.call('GET', `${path}?limit=100&cursor=${cursor}`);
        expect(answer.status, path).toBe(200);
        expectNothingOfTheOther(answer);
      }
    });

    test('an idempotency key of another organization means nothing here', async () => {
      const body = { name: `Mine ${randomUUID()}` };
      const answer = await own.admin.call('POST', '/library/collections', body, {
        'idempotency-key': other.canary,
      });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('idempotency-replayed')).toBeNull();
      expectNothingOfTheOther(answer);
    });

    test('names that are taken elsewhere are free here', async () => {
      const answer = await own.power.call('POST', '/library/collections', { name: other.canary });
      expect(answer.status).toBe(201);
    });

    test('a stream that is taken up again gives nothing of another organization', async () => {
      const headers = (tenant: Tenant) => ({ authorization: `Bearer ${tenant.admin.token}` });
      const paths = ['/library/events', `/tasks/${own.things.taskId}/events`];
      for (const path of paths) {
        for (const lastEventId of [other.things.taskId, '0', '1', newId()]) {
          const listening = send(
            world.url,
            'GET',
            path,
            undefined,
            { ...headers(own), 'last-event-id': lastEventId },
            1500,
          );
          await other.power.call('POST', '/library/sources', {
            title: other.canary,
            text: `${other.canary} again ${randomUUID()}`,
          });
          const answer = await listening;
          expect(answer.status, path).toBe(200);
          expectNothingOfTheOther(answer);
        }
      }
    }, 60_000);

    test('a job that carries one organization and the ids of another finds nothing', async () => {
      const jobs = await world.database.owner(
        "select distinct on (name) name, data from queue.job where data->>'organizationId' = $1 order by name, created_on",
        [other.id],
      );
      expect(jobs.length).toBeGreaterThan(2);
      await quiet();
      const before = await rowsOf(other.id);
      for (const { name, data } of jobs) {
        const forged = { ...(data as object), organizationId: own.id };
        const definition = {
          name: String(name),
          retries: 0,
          concurrency: 1,
          heartbeatSeconds: 15,
          timeoutSeconds: 60,
        };
        await world.database.database.uow.write(instanceActor('forger'), (tx) =>
          world.app.platform.queue.enqueue(tx, definition, forged),
        );
      }
      await quiet();
      expect(await rowsOf(other.id)).toEqual(before);
      const mine = await world.database.owner(
        "select count(*) as n from search_passages where organization_id = $1 and content like '%' || $2 || '%'",
        [own.id, other.canary],
      );
      expect(Number(mine[0]?.n)).toBe(0);
    }, 120_000);

    test('surfaces that are new get their tests', () => {
      const installed = Object.keys(packageJson.dependencies);
      expect(NO_SUCH_SURFACE_YET.filter((dependency) => installed.includes(dependency))).toEqual([]);
    });

    /** Until no job that is due waits or runs. */
    async function quiet(): Promise<void> {
      await eventually(
        () =>
          world.database.owner(
            "select name from queue.job where state in ('created', 'retry', 'active') and start_after <= now()",
          ),
        (rows) => rows.length === 0,
        60_000,
      );
    }

    /** All rows of one organization, as text. */
    async function rowsOf(organizationId: string): Promise<unknown[]> {
      const tables = await world.database.owner(
        "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organization_id'",
      );
      const rows: unknown[] = [];
      for (const { name } of tables.sort((a, b) => String(a.name).localeCompare(String(b.name)))) {
        const found = await world.database.owner(
          `select to_jsonb(t)::text as row from ${String(name)} t where organization_id = $1 order by 1`,
          [organizationId],
        );
        rows.push([name, ...found.map(({ row }) => row)]);
      }
      return rows;
    }
  });
}
