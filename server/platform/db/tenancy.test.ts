import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { createWorld, eventually, formOf } from '../../testing/world.ts';

/** Tables that are no tenant's, and why. */
const NOT_OF_A_TENANT: Readonly<Record<string, string>> = {
  schema_migrations: 'which migrations were applied; no content',
  organizations: 'the tenants themselves: its policy compares the id',
  users: 'people may belong to several organizations: its policy asks for a common one',
  sign_in_links: 'read before anybody is known: only the instance sees it',
  sessions: 'belong to a person: its policy asks for that person',
  mail_messages: 'go to people: only the instance sees them',
  account_tokens: 'prove who somebody is before anybody is known: only the instance sees them',
  pending_registrations: 'of people who are nobody yet: only the instance sees them',
  second_factors: 'belong to a person, and nobody but the instance needs to see them',
  recovery_codes: 'as second_factors',
  sign_in_challenges: 'read before anybody is known: only the instance sees them',
  signing_keys: 'of the whole instance: only the instance sees it',
  identity_providers: 'of the whole instance: operators set them up, and only the instance sees them',
  federated_identities: 'belong to a person: its policy asks for that person',
  federated_sessions: 'as sessions, and only the instance sees them',
  federated_subjects: 'people of an identity provider: only the instance sees them',
  federation_messages: 'of an identity provider: only the instance sees them',
};

let db: TestDatabase;
beforeAll(async () => {
  db = await embeddedTestDatabase();
});
afterAll(() => db.close());

test('every table is under forced row-level security, with a policy for reading and for writing', async () => {
  const tables = await db.owner(`
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      exists (select from pg_policies p where p.tablename = c.relname and p.qual is not null and p.with_check is not null) as policy
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')`);
  expect(tables.length).toBeGreaterThan(8);
  const open = tables
    .filter((table) => !(table.enabled && table.forced && table.policy))
    .map((table) => table.name);
  expect(open).toEqual(['schema_migrations']);
});

test('every tenant table names its organization first in its primary key', async () => {
  const keys = await db.owner(`
    select c.relname as name, (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]) as first
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where n.nspname = 'public' and c.relkind in ('r', 'p')`);
  const others = keys.filter((key) => key.first !== 'organization_id').map((key) => String(key.name));
  expect(others.sort()).toEqual(Object.keys(NOT_OF_A_TENANT).sort());
});

test('views, where there are any, run as their reader', async () => {
  const views = await db.owner(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and (c.relkind = 'm' or (c.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'], false)))`);
  expect(views).toEqual([]);
});

test('without a tenant every table reads as empty, however full it is', async () => {
  const world = await createWorld();
  const power = await world.person('power');
  const upload = await power.call(
    'POST',
    '/library/sources',
    formOf({ 'full.txt': 'Something to read, find and count.' }),
  );
  const { id } = (upload.body as { items: { id: string }[] }).items[0] ?? { id: '' };
  await eventually(
    async () => (await power.call('GET', `/library/sources/${id}`)).body as { stage: string },
    ({ stage }) => stage === 'ready',
  );
  const full: string[] = [];
  for (const { name } of await world.database.owner(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'",
  )) {
    const [stored] = await world.database.owner(`select count(*) as n from ${String(name)}`);
    if (Number(stored?.n) > 0) full.push(String(name));
    const { rows } = await world.database.database.admin.execute(`select count(*) as n from ${String(name)}`);
    expect(rows, String(name)).toEqual([{ n: 0 }]);
  }
  expect(full).toEqual(
    expect.arrayContaining([
      'library_contents',
      'library_sources',
      'memberships',
      'organizations',
      'sessions',
      'tasks',
      'users',
    ]),
  );
  await world.close();
});
