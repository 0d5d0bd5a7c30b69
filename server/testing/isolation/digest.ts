import type { World } from '../world.ts';

/** Written about a refusal, or about the use of a credential: not a change that the refused call asked for. */
const ABOUT_CALLS = ['audit_events', 'audit_trails'];

/** One hash for each table of the product, over all that is stored in it. */
export async function digestOf(world: World): Promise<ReadonlyMap<string, string>> {
  const tables = await world.database.owner(
    "select tablename as name from pg_tables where schemaname = 'public' order by tablename",
  );
  const names = tables.map(({ name }) => String(name)).filter((name) => !ABOUT_CALLS.includes(name));
  const digests = names.map(
    (name) =>
      `select '${name}' as name, md5(coalesce(string_agg(row, chr(10) order by row), '')) as digest
       from (select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t) rows`,
  );
  const rows = await world.database.owner(digests.join(' union all '));
  return new Map(rows.map(({ name, digest }) => [String(name), String(digest)]));
}

/** The tables that differ. */
export function changedBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...after.keys()].filter((name) => before.get(name) !== after.get(name));
}
