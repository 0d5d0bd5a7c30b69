import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../database.ts';
import { createWorld, type World } from '../world.ts';
import { ADMIN_SECRET } from './callers.ts';
import { fillTenant, type Tenant } from './tenant.ts';

/** Read by whoever the product is before it knows anybody. */
const WITHOUT_POLICY = ['schema_migrations'];

/** With the tenant's settings absent, empty or nonsense, there is nothing to see and nothing to write. */
export function absentTenantContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`without a tenant: ${name}`, () => {
    let world: World;
    let tenant: Tenant;
    let tables: string[];

    beforeAll(async () => {
      world = await createWorld({ database: await open(), environment: { ADMIN_SECRET_KEY: ADMIN_SECRET } });
      tenant = await fillTenant(world, 'Full');
      const rows = await world.database.owner(
        "select tablename as name from pg_tables where schemaname = 'public'",
      );
      tables = rows.map((row) => String(row.name)).filter((table) => !WITHOUT_POLICY.includes(table));
    }, 120_000);
    afterAll(() => world.close());

    const admin = (text: string, values?: unknown[]) => world.database.database.admin.execute(text, values);

    async function expectNothing(): Promise<void> {
      for (const table of tables) {
        expect((await admin(`select count(*) as n from ${table}`)).rows, table).toEqual([{ n: 0 }]);
      }
    }

    test('every table reads as empty, however full it is', async () => {
      await expectNothing();
      const full: string[] = [];
      for (const table of tables) {
        const [stored] = await world.database.owner(`select count(*) as n from ${table}`);
        if (Number(stored?.n) > 0) full.push(table);
      }
      // Else the test above would prove nothing.
      expect(full.length).toBeGreaterThan(tables.length / 2);
      expect(full).toEqual(
        expect.arrayContaining(['library_contents', 'search_terms', 'audit_events', 'api_keys']),
      );
    });

    test('also directly after a tenant’s transaction, an error and a rollback, on every pooled connection', async () => {
      const actor = systemActor(tenant.id, 'test');
      const broken = Array.from({ length: 20 }, (_, index) =>
        world.database.database.uow[index % 2 === 0 ? 'read' : 'write'](actor, async (tx) => {
          await world.database.database.executor(tx).execute('select 1 / 0 where $1 = 1', [1]);
        }),
      );
      for (const one of await Promise.allSettled(broken)) expect(one.status).toBe('rejected');
      await Promise.all(Array.from({ length: 20 }, () => expectNothing()));
    });

    test('no table takes a row, a change or a removal', async () => {
      for (const table of tables) {
        await expect(admin(`insert into ${table} default values`), table).rejects.toThrow(
          /row-level security|permission denied/,
        );
        const column = await firstColumn(table);
        const touched = await Promise.allSettled([
          admin(`update ${table} set ${column} = ${column} where $1 = 1`, [1]),
          admin(`delete from ${table} where $1 = 1`, [1]),
        ]);
        for (const one of touched) {
          if (one.status === 'fulfilled') expect(one.value.rowCount, table).toBe(0);
          else expect(String(one.reason), table).toMatch(/permission denied|append-only/);
        }
      }
    });

    test('an organization that does not exist has nothing, and one that is no id is refused', async () => {
      const count = (actor: Parameters<World['database']['database']['uow']['read']>[0]) =>
        world.database.database.uow.read(actor, (tx) =>
          world.database.database
            .executor(tx)
            .execute('select count(*) as n from library_sources where $1 = 1', [1]),
        );
      expect((await count(systemActor(newId(), 'test'))).rows).toEqual([{ n: 0 }]);
      expect((await count(instanceActor('test'))).rows).toEqual([{ n: 0 }]);
      expect((await count(systemActor(tenant.id, 'test'))).rows).not.toEqual([{ n: 0 }]);
      await expect(count(systemActor('x', 'test'))).rejects.toThrow(/uuid/);
      await expect(count(systemActor("' or true --", 'test'))).rejects.toThrow(/uuid/);
      expect((await count({ ...systemActor('', 'test'), kind: 'user' })).rows).toEqual([{ n: 0 }]);
    });

    async function firstColumn(table: string): Promise<string> {
      const [row] = await world.database.owner(
        `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum = 1`,
      );
      return String(row?.name);
    }
  });
}
