import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../database.ts';
import { schemaViolations } from './schema-violations.ts';

/** What the migrated schema must hold to, so that no table, view or function opens one organization to another. */
export function schemaContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`tenancy of the schema: ${name}`, () => {
    let db: TestDatabase;
    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());

    test('there is nothing that could open one organization to another', async () => {
      const [tables] = await db.owner("select count(*) as n from pg_tables where schemaname = 'public'");
      expect(Number(tables?.n)).toBeGreaterThan(30);
      expect(await schemaViolations(db)).toEqual([]);
    });

    test('the app may do nothing to the schema', async () => {
      const may = "select has_schema_privilege('scriptorium_app', 'public', 'create') as may";
      expect(await db.owner(may)).toEqual([{ may: false }]);
      for (const statement of ['truncate tasks', 'alter table tasks disable row level security']) {
        await expect(db.database.admin.execute(statement), statement).rejects.toThrow(
          /permission denied|must be owner/,
        );
      }
    });
  });
}
