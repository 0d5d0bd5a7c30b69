import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';

// Deletes whatever rows an organization has, in whichever table: the catalogue of the database knows them all, also those
// of domains that come later. Everything runs as the organization.

const builder = (tx: Tx) => queryBuilder<Record<string, never>>(tx);

/** Tables of tenants that the app may delete from; those that refer to others come before them. */
export async function tenantTables(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ name: string; refers_to: string[] }>`
    select c.relname as name,
      array(select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
        where f.contype = 'f' and f.conrelid = c.oid and f.confrelid <> c.oid) as refers_to
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and has_table_privilege(c.oid, 'delete')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped)
    order by c.relname`.execute(builder(tx));
  return childrenFirst(new Map(rows.map((row) => [row.name, row.refers_to])));
}

function childrenFirst(references: ReadonlyMap<string, readonly string[]>): string[] {
  const parentsFirst = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (parentsFirst.has(name) || path.includes(name)) return;
    for (const parent of references.get(name) ?? [])
      if (references.has(parent)) visit(parent, [...path, name]);
    parentsFirst.add(name);
  };
  for (const name of references.keys()) visit(name, []);
  return [...parentsFirst].reverse();
}

/** Deletes at most `limit` rows of the organization and says how many it were. */
export async function deleteRows(
  tx: Tx,
  table: string,
  organizationId: string,
  limit: number,
): Promise<number> {
  const name = sql.table(table);
  const deleted = await sql`
    delete from ${name} where ctid = any(array(
      select ctid from ${name} where organization_id = ${organizationId} limit ${limit}))`.execute(
    builder(tx),
  );
  return Number(deleted.numAffectedRows ?? 0n);
}
