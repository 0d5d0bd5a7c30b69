import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { schemaContract } from '../../testing/isolation/schema.contract.ts';
import { schemaViolations } from '../../testing/isolation/schema-violations.ts';

schemaContract('embedded', embeddedTestDatabase);

/** Ways to open one organization to another, and what must be said of each. */
const PLANTED: readonly (readonly [statement: string, finding: RegExp])[] = [
  ['create table leak (organization_id uuid primary key)', /leak has no forced row-level security/],
  ['alter table tasks no force row level security', /tasks has no forced/],
  ['alter table tasks disable row level security', /tasks has no forced/],
  ['create policy leak on tasks using (true)', /tasks\.leak is open/],
  ['drop policy tenant on tasks', /tasks is granted SELECT without/],
  ['alter policy tenant on tasks with check (true)', /tasks\.tenant is open/],
  ['create unique index leak on tasks (title)', /leak does not begin with the organization/],
  [
    'alter table tasks drop constraint tasks_pkey, add primary key (id)',
    /tasks does not begin its primary key/,
  ],
  ['create view leak as select * from tasks', /leak is a view with its owner’s rights/],
  ['create materialized view leak as select * from tasks', /leak is a view with its owner’s rights/],
  [
    "create function leak() returns bigint language sql security definer as 'select count(*) from tasks'",
    /leak runs with/,
  ],
  ['alter function audit_remove() reset search_path', /audit_remove has an open search_path/],
  ['alter table tasks owner to scriptorium_app', /tasks belongs to the app/],
  ['drop table second_factors cascade', /second_factors is listed/],
];

let db: TestDatabase;
beforeAll(async () => {
  db = await embeddedTestDatabase();
});
afterAll(() => db.close());

test.each(PLANTED)('a planted leak is found: %s', async (statement, finding) => {
  await db.owner('begin');
  try {
    await db.owner(statement);
    expect((await schemaViolations(db)).join('\n')).toMatch(finding);
  } finally {
    await db.owner('rollback');
  }
});
