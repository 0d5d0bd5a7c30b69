import { sql } from 'kysely';
import { queryBuilder } from '../../db/index.ts';
import type { Tx } from '../../db/port.ts';
import type { SearchTables } from './search.tables.ts';

const db = (tx: Tx) => queryBuilder<SearchTables>(tx);

export interface DocumentRow {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly language: string | null;
  readonly analysedAs: string;
  readonly collectionId: string | null;
  readonly audience: readonly string[];
  readonly titleTerms: Uint8Array;
}

export interface PassageRow {
  readonly ordinal: number;
  readonly content: string;
  readonly start: number;
  readonly end: number;
  readonly page: number | null;
  readonly headings: readonly string[];
  readonly terms: Uint8Array;
}

export interface VersionRow {
  readonly key: number;
  readonly version: number;
  readonly active: boolean;
  readonly passages: number;
  readonly analysedAs: string;
}

/** Entries of the change log that are kept; a process that is further behind reads everything anew. */
export const CHANGES_KEPT = 10_000;
/** Passages that go into one statement. */
const BATCH = 200;

/** Numbers of the terms that are in the vocabulary. */
export async function knownTerms(
  tx: Tx,
  organizationId: string,
  terms: readonly string[],
): Promise<Map<string, number>> {
  if (terms.length === 0) return new Map();
  const { rows } = await sql<{ number: number; term: string }>`
    select number, term from search_terms
    where organization_id = ${organizationId} and term = any(${terms}::text[])`.execute(db(tx));
  return new Map(rows.map((row) => [row.term, row.number]));
}

/** Gives numbers to new terms, without a gap. The lock on the state row makes them visible in their order. */
export async function addTerms(
  tx: Tx,
  organizationId: string,
  terms: readonly string[],
): Promise<Map<string, number>> {
  const state = await sql<{ terms: number }>`
    insert into search_state (organization_id) values (${organizationId})
    on conflict (organization_id) do update set terms = search_state.terms returning terms`.execute(db(tx));
  const meanwhile = await knownTerms(tx, organizationId, terms);
  const fresh = terms.filter((term) => !meanwhile.has(term));
  const last = state.rows[0]?.terms ?? 0;
  await sql`
    with added as (
      insert into search_terms (organization_id, number, term)
      select ${organizationId}, ${last}::integer + place, term from unnest(${fresh}::text[]) with ordinality as fresh (term, place)
      returning 1
    )
    update search_state set terms = terms + (select count(*) from added) where organization_id = ${organizationId}`.execute(
    db(tx),
  );
  fresh.forEach((term, place) => {
    meanwhile.set(term, last + place + 1);
  });
  return meanwhile;
}

/** All stored versions of a document, oldest first, locked. */
export async function lockVersions(
  tx: Tx,
  organizationId: string,
  type: string,
  id: string,
): Promise<VersionRow[]> {
  return await db(tx)
    .selectFrom('search_documents')
    .select(['key', 'version', 'active', 'passages', 'analysed_as as analysedAs'])
    .where('organization_id', '=', organizationId)
    .where('type', '=', type)
    .where('id', '=', id)
    .orderBy('version')
    .forUpdate()
    .execute();
}

export async function insertDocument(
  tx: Tx,
  organizationId: string,
  row: DocumentRow,
  passages: number,
): Promise<number> {
  const { key } = await db(tx)
    .insertInto('search_documents')
    .values({
      organization_id: organizationId,
      type: row.type,
      id: row.id,
      version: row.version,
      title: row.title,
      language: row.language,
      analysed_as: row.analysedAs,
      collection_id: row.collectionId,
      audience: [...row.audience],
      title_terms: row.titleTerms,
      passages,
    })
    .returning('key')
    .executeTakeFirstOrThrow();
  return key;
}

export async function insertPassages(
  tx: Tx,
  organizationId: string,
  key: number,
  rows: readonly PassageRow[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH);
    await sql`
      insert into search_passages (organization_id, document_key, ordinal, content, start_at, end_at, page, headings, terms)
      select ${organizationId}, ${key}::bigint, ordinal, content, start_at, end_at, page, headings::jsonb, decode(terms, 'hex')
      from unnest(
        ${batch.map((row) => row.ordinal)}::integer[], ${batch.map((row) => row.content)}::text[],
        ${batch.map((row) => row.start)}::integer[], ${batch.map((row) => row.end)}::integer[],
        ${batch.map((row) => row.page)}::integer[], ${batch.map((row) => JSON.stringify(row.headings))}::text[],
        ${batch.map((row) => Buffer.from(row.terms).toString('hex'))}::text[]
      ) as passage (ordinal, content, start_at, end_at, page, headings, terms)`.execute(db(tx));
  }
}

export async function deleteDocuments(
  tx: Tx,
  organizationId: string,
  keys: readonly number[],
): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    delete from search_documents
    where organization_id = ${organizationId} and key = any(${keys}::bigint[])`.execute(db(tx));
}

export async function makeActive(tx: Tx, organizationId: string, key: number): Promise<void> {
  await db(tx)
    .updateTable('search_documents')
    .set({ active: true })
    .where('organization_id', '=', organizationId)
    .where('key', '=', key)
    .execute();
}

export async function changeDocument(
  tx: Tx,
  organizationId: string,
  key: number,
  change: { title?: string; title_terms?: Uint8Array; collection_id?: string | null; audience?: string[] },
): Promise<void> {
  await db(tx)
    .updateTable('search_documents')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('key', '=', key)
    .execute();
}

/** Raises the sequence, so that every process looks at the state of the organization's index again. */
export async function touchIndex(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    update search_state set sequence = sequence + 1 where organization_id = ${organizationId}`.execute(
    db(tx),
  );
}

/** Notes that a document changed, in the order of commits: the state row stays locked until the transaction ends. */
export async function recordChange(
  tx: Tx,
  organizationId: string,
  type: string,
  id: string,
  passages: number,
): Promise<void> {
  await sql`
    with state as (
      insert into search_state (organization_id, sequence, passages) values (${organizationId}, 1, ${passages}::integer)
      on conflict (organization_id) do update
        set sequence = search_state.sequence + 1, passages = search_state.passages + excluded.passages
      returning sequence
    ), pruned as (
      delete from search_changes using state
      where organization_id = ${organizationId} and search_changes.sequence <= state.sequence - ${CHANGES_KEPT}::integer
    )
    insert into search_changes (organization_id, sequence, type, id)
    select ${organizationId}, sequence, ${type}, ${id} from state`.execute(db(tx));
}
