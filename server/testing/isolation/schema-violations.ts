import type { TestDatabase } from '../database.ts';

/**
 * Tables that are no tenant's, and why. Everything else has its organization first in its primary key, in every unique
 * index and in every foreign key to another tenant's table.
 */
const NOT_OF_A_TENANT: Readonly<Record<string, string>> = {
  schema_migrations: 'which migrations were applied; no content',
  organizations: 'the tenants themselves: its policy compares the id',
  users: 'people may belong to several organizations: its policy asks for a common one',
  sessions: 'belong to a person: its policy asks for that person',
  sign_in_links: 'read before anybody is known: only the instance sees it',
  account_tokens: 'of a person, by the hash of a token: only the instance sees it',
  pending_registrations: 'before there is a person: only the instance sees it',
  second_factors: 'of a person: only the instance sees it',
  recovery_codes: 'of a person: only the instance sees it',
  sign_in_challenges: 'before anybody is known: only the instance sees it',
  mail_messages: 'to people: only the instance reads it',
  signing_keys: 'of the instance',
  identity_providers: 'of the instance: operators configure them',
  federated_identities: 'of a person: issuer and subject; only the instance sees it',
  federated_sessions: 'of a session: what the provider calls it; only the instance sees it',
  federated_subjects: 'of a provider: what its messages said; only the instance sees it',
  federation_messages: 'of a provider: which of its messages were carried out',
  instance_features: 'of the instance',
  instance_maintenance: 'of the instance',
};

/** Unique indexes of tenant tables that do not begin with the organization, and why they are no oracle. */
const GLOBAL_UNIQUE: Readonly<Record<string, string>> = {
  invitations_by_token: 'nobody chooses a token',
  api_keys_by_hash: 'nobody chooses a key',
};

/** What runs with its owner's rights, and why. */
const SECURITY_DEFINERS: Readonly<Record<string, string>> = {
  audit_remove:
    'retention: the app may not delete from the trail; it removes only what the head says is removed',
};

/** Tables without row-level security, and why. */
const WITHOUT_POLICY: Readonly<Record<string, string>> = {
  schema_migrations: 'no content; read at start-up',
};

const TABLES = `select c.oid, c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')`;

/** Of what a policy must say: which rows are seen (USING) and which may be written (WITH CHECK). */
const UNCOVERED = `select t.name || ' is granted ' || g.privilege_type || ' without a policy' as finding from (${TABLES}) t
  join information_schema.role_table_grants g on g.table_name = t.name and g.grantee = 'scriptorium_app'
  where t.enabled and not exists (
    select from pg_policy p where p.polrelid = t.oid
      and (p.polcmd = '*' or p.polcmd::text = case g.privilege_type
        when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' when 'DELETE' then 'd' end)
      and (g.privilege_type = 'INSERT' or p.polqual is not null)
      and (g.privilege_type in ('SELECT', 'DELETE') or p.polwithcheck is not null))`;

const OPEN_POLICIES = `select tablename || '.' || policyname || ' is open to everybody' as finding from pg_policies
  where schemaname = 'public' and (qual in ('true', '(true)') or with_check in ('true', '(true)'))`;

/** The first column of every unique index. */
const UNIQUE = `select c.relname as table, x.relname as index, i.indisprimary as primary,
    (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]) as first
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and i.indisunique`;

const HAS_ORGANIZATION = (table: string) =>
  `exists (select from pg_attribute a where a.attrelid = ${table} and a.attname = 'organization_id' and not a.attisdropped)`;
const FOREIGN_KEYS = `select c.relname as table, k.conname || ' does not carry the organization' as finding
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where k.contype = 'f' and n.nspname = 'public' and ${HAS_ORGANIZATION('k.conrelid')} and ${HAS_ORGANIZATION('k.confrelid')}
    and not exists (select from unnest(k.conkey) as u (attnum) join pg_attribute a
      on a.attrelid = k.conrelid and a.attnum = u.attnum where a.attname = 'organization_id')`;

const OPEN_VIEWS = `select c.relname || ' is a view with its owner’s rights' as finding
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and (c.relkind = 'm'
    or (c.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'], false)))`;

const DEFINERS = `select p.proname as name, coalesce(p.proconfig::text, '') like '%search_path=%' as closed
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef`;

const OWNED = `select relname || ' belongs to the app' as finding from pg_class where relowner = 'scriptorium_app'::regrole`;

/** What in the migrated schema could open one organization to another, and entries of the lists above that nothing needs. */
export async function schemaViolations(db: TestDatabase): Promise<string[]> {
  const findings: string[] = [];
  for (const query of [UNCOVERED, OPEN_POLICIES, OPEN_VIEWS, OWNED]) {
    findings.push(...(await db.owner(query)).map((row) => String(row.finding)));
  }
  const unforced = (await db.owner(TABLES)).filter(({ enabled, forced }) => !(enabled && forced));
  findings.push(...differences('has no forced row-level security', unforced, WITHOUT_POLICY));

  const unique = await db.owner(UNIQUE);
  const strays = unique.filter(({ first }) => first !== 'organization_id');
  const primary = strays.filter((index) => index.primary).map((index) => ({ name: index.table }));
  findings.push(
    ...differences('does not begin its primary key with the organization', primary, NOT_OF_A_TENANT),
  );
  const others = strays.filter((index) => !index.primary && !(String(index.table) in NOT_OF_A_TENANT));
  const indexes = others.map((index) => ({ name: index.index }));
  findings.push(...differences('does not begin with the organization', indexes, GLOBAL_UNIQUE));

  const keys = (await db.owner(FOREIGN_KEYS)).filter((key) => !(String(key.table) in NOT_OF_A_TENANT));
  findings.push(...keys.map((key) => String(key.finding)));
  const definers = await db.owner(DEFINERS);
  findings.push(...differences('runs with its owner’s rights', definers, SECURITY_DEFINERS));
  for (const { name } of definers.filter(({ closed }) => !closed))
    findings.push(`${name} has an open search_path`);
  return findings;
}

/** Names that are not in the list, and entries of the list that are not needed any more. */
function differences(
  what: string,
  found: readonly Record<string, unknown>[],
  list: Readonly<Record<string, string>>,
): string[] {
  const names = found.map(({ name }) => String(name));
  return [
    ...names.filter((name) => !(name in list)).map((name) => `${name} ${what}`),
    ...Object.keys(list)
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is listed and needs no exception: it ${what} no more`),
  ];
}
