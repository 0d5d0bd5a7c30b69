import { CompiledQuery, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor, type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { databaseListenContract } from './database.listen.contract.ts';
import { isUniqueViolation } from './errors.ts';
import type { Tx } from './port.ts';
import { beforeCommit, queryBuilder, statement } from './query-builder.ts';

interface Tables {
  organizations: { id: string; name: string; created_at: string };
  library_collections: { organization_id: string; id: string; name: string; created_at: string };
}

const SHOWN = `select current_setting('work_mem') as memory, current_setting('app.organization') as tenant,
  current_setting('transaction_read_only') as writes`;

/** What every database adapter must do. */
export function databaseContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`database contract: ${name}`, () => {
    let test_: TestDatabase;
    let here: OrganizationActor;
    let there: OrganizationActor;

    beforeAll(async () => {
      test_ = await open();
      here = await organization('Here');
      there = await organization('There');
    });
    afterAll(() => test_.close());

    async function organization(title: string): Promise<OrganizationActor> {
      const id = newId();
      await test_.database.uow.write(instanceActor('setup'), (tx) =>
        queryBuilder<Pick<Tables, 'organizations'>>(tx)
          .insertInto('organizations')
          .values({ id, name: title, created_at: '2026-01-02T03:04:05.678901Z' })
          .execute(),
      );
      return systemActor(id, 'test');
    }

    const collections = (tx: Tx) => queryBuilder<Pick<Tables, 'library_collections'>>(tx);
    const insert = (actor: OrganizationActor, title: string, organizationId = actor.organizationId) =>
      test_.database.uow.write(actor, (tx) =>
        collections(tx)
          .insertInto('library_collections')
          .values({
            organization_id: organizationId,
            id: newId(),
            name: title,
            created_at: '2026-01-02T03:04:05.678901Z',
          })
          .execute(),
      );
    const names = (actor: OrganizationActor) =>
      test_.database.uow.read(actor, (tx) =>
        collections(tx).selectFrom('library_collections').select('name').orderBy('name').execute(),
      );

    test('a write is there after commit, and only for its own organization', async () => {
      await insert(here, 'Letters');
      expect(await names(here)).toEqual([{ name: 'Letters' }]);
      expect(await names(there)).toEqual([]);
    });

    test('a row for another organization is refused', async () => {
      await expect(insert(here, 'Smuggled', there.organizationId)).rejects.toThrow(/row-level security/);
      expect(await names(there)).toEqual([]);
    });

    test('what is left for the end is done after everything else, in order, and before the commit', async () => {
      const elsewhere = await organization('Elsewhere');
      const seen: string[] = [];
      const titled = (tx: Tx) =>
        collections(tx)
          .selectFrom('library_collections')
          .select('name')
          .where('name', '=', 'At the end')
          .execute();
      await test_.database.uow.write(elsewhere, async (tx) => {
        beforeCommit(tx, async () => {
          seen.push(`first, sees ${(await titled(tx)).length}`);
        });
        beforeCommit(tx, async () => {
          seen.push('second');
        });
        await collections(tx)
          .insertInto('library_collections')
          .values({
            organization_id: elsewhere.organizationId,
            id: newId(),
            name: 'At the end',
            created_at: '2026-01-01T00:00:00Z',
          })
          .execute();
        seen.push('body');
      });
      expect(seen).toEqual(['body', 'first, sees 1', 'second']);
    });

    test('where the end fails, nothing is committed', async () => {
      const failing = test_.database.uow.write(here, async (tx) => {
        beforeCommit(tx, () => Promise.reject(new Error('not at last')));
        await collections(tx)
          .insertInto('library_collections')
          .values({
            organization_id: here.organizationId,
            id: newId(),
            name: 'Not at last',
            created_at: '2026-01-01T00:00:00Z',
          })
          .execute();
      });
      await expect(failing).rejects.toThrow('not at last');
      expect(await names(here)).not.toContainEqual({ name: 'Not at last' });
    });

    test('a throw rolls everything back', async () => {
      const failing = test_.database.uow.write(here, async (tx) => {
        await collections(tx)
          .insertInto('library_collections')
          .values({
            organization_id: here.organizationId,
            id: newId(),
            name: 'Half',
            created_at: '2026-01-01T00:00:00Z',
          })
          .execute();
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await names(here)).toEqual([{ name: 'Letters' }]);
    });

    test('a read cannot write', async () => {
      const writing = test_.database.uow.read(here, (tx) =>
        collections(tx).deleteFrom('library_collections').execute(),
      );
      await expect(writing).rejects.toThrow(/read-only transaction/);
    });

    test('after an error the next transaction works, and without a tenant there is nothing to see', async () => {
      const broken = test_.database.uow.read(here, (tx) =>
        sql`select 1 / 0`.execute(queryBuilder<Tables>(tx)),
      );
      await expect(broken).rejects.toThrow(/division by zero/);
      const outside = await test_.database.admin.execute('select count(*) as n from library_collections');
      expect(outside.rows).toEqual([{ n: 0 }]);
      expect(await names(here)).toHaveLength(1);
    });

    test('a statement that failed works when it is asked again, and so do those beside it', async () => {
      const ask = (value: string) =>
        test_.database.uow.read(here, (tx) =>
          queryBuilder<Tables>(tx).executeQuery<{ id: string }>(
            CompiledQuery.raw('select $1::uuid as id, $2::text as text', [value, 'beside']),
          ),
        );
      const id = newId();
      for (let round = 0; round < 3; round++) {
        await expect(ask('no id')).rejects.toThrow(/invalid input syntax for type uuid/);
        await expect(
          test_.database.uow.read(here, (tx) => sql`selekt`.execute(queryBuilder<Tables>(tx))),
        ).rejects.toThrow(/syntax error/);
        expect((await ask(id)).rows).toEqual([{ id, text: 'beside' }]);
        expect(await names(here)).toHaveLength(1);
      }
    });

    test('values of every kind come back from a read as they went in', async () => {
      const values = [
        'O’Neill "quoted" \\ back',
        42,
        -0.5,
        true,
        null,
        new Uint8Array([0, 255, 39]),
        ['a,b', '{"c"}', 'NULL'],
        { deep: ['x', 1, null] },
        '2026-01-02T03:04:05.678901Z',
        [1, 2, 3],
      ];
      const { rows } = await test_.database.uow.read(here, (tx) =>
        queryBuilder<Tables>(tx).executeQuery(
          CompiledQuery.raw(
            'select $1::text a, $2::int8 b, $3::float8 c, $4::bool d, $5::text e, $6::bytea f, $7::text[] g, $8::jsonb h, $9::timestamptz i, $10::int4[] j',
            values,
          ),
        ),
      );
      const [row] = rows as [Record<string, unknown>];
      expect({ ...row, f: [...(row.f as Uint8Array)] }).toEqual({
        a: values[0],
        b: 42,
        c: -0.5,
        d: true,
        e: null,
        f: [0, 255, 39],
        g: values[6],
        h: values[7],
        i: values[8],
        j: [1, 2, 3],
      });
    });

    test.each(['read', 'write'] as const)(
      'settings of a statement hold while it runs in a %s',
      async (door) => {
        const show = statement<{ memory: string; tenant: string; writes: string }>(SHOWN, {
          work_mem: '5120',
        });
        const plain = statement<{ memory: string; tenant: string; writes: string }>(SHOWN);
        for (let round = 0; round < 2; round++) {
          const [set] = await test_.database.uow[door](here, (tx) => show(tx));
          expect(set).toEqual({
            memory: '5MB',
            tenant: here.organizationId,
            writes: door === 'read' ? 'on' : 'off',
          });
          expect(await test_.database.uow[door](here, (tx) => plain(tx))).toEqual([
            { ...set, memory: '4MB' },
          ]);
        }
      },
    );

    test('settings are plain words and numbers', async () => {
      const evil = statement('select 1', { work_mem: "1', true), set_config('role', 'postgres" });
      await expect(test_.database.uow.read(here, (tx) => evil(tx))).rejects.toThrow(/not a setting/);
    });

    test('a transaction cannot be used after it has ended', async () => {
      const kept = await test_.database.uow.read(here, async (tx) => tx);
      await expect(collections(kept).selectFrom('library_collections').selectAll().execute()).rejects.toThrow(
        /has ended/,
      );
    });

    test('parallel units of work do not see each other’s tenant', async () => {
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, index) => names(index % 2 === 0 ? here : there)),
      );
      expect(results.map((rows) => rows.length)).toEqual(
        results.map((_, index) => (index % 2 === 0 ? 1 : 0)),
      );
    });

    test('times are RFC 3339 with microseconds, counts are numbers, bytes are bytes', async () => {
      const { rows } = await test_.database.admin.execute(
        "select timestamptz '2026-01-02 03:04:05.678901+00' as at, count(*) as n, '\\x00ff'::bytea as b, '{\"a\":[1]}'::jsonb as j, array['x','y'] as l where $1 = 1",
        [1],
      );
      expect(rows[0]).toMatchObject({
        at: '2026-01-02T03:04:05.678901Z',
        n: 1,
        j: { a: [1] },
        l: ['x', 'y'],
      });
      expect([...((rows[0]?.b ?? []) as Uint8Array)]).toEqual([0, 255]);
    });

    test('a unique violation is told apart by its constraint', async () => {
      const error = await insert(here, 'Letters').catch((thrown: unknown) => thrown);
      expect(isUniqueViolation(error, 'library_collections_name')).toBe(true);
      expect(isUniqueViolation(error, 'another')).toBe(false);
    });

    test('the role in use owns nothing and bypasses nothing', async () => {
      const { rows } = await test_.database.admin.execute(
        'select current_user as role, rolsuper, rolbypassrls from pg_roles where rolname = current_user',
      );
      expect(rows).toEqual([{ role: 'scriptorium_app', rolsuper: false, rolbypassrls: false }]);
    });

    databaseListenContract(() => test_);
  });
}
