import { sql } from 'kysely';
import { queryBuilder } from '../../db/index.ts';
import type { Tx } from '../../db/port.ts';
import type { SearchTables } from './search.tables.ts';
import type { EmbedderRow } from './search-read.repository.ts';

const db = (tx: Tx) => queryBuilder<SearchTables>(tx);

/** Bytes in one row of a model. */
const PART = 1024 * 1024;
/** Vectors that go into one statement. */
const BATCH = 200;

export interface VectorRow {
  readonly key: number;
  readonly ordinal: number;
  /** pgvector's text form. */
  readonly vector: string;
}

export type NewEmbedder = Omit<EmbedderRow, 'number' | 'name'> & {
  readonly name: (number: number) => string;
};

/** The embedders that every new passage needs a vector of: the active one and the one that is being built. */
export async function readEmbedders(
  tx: Tx,
  organizationId: string,
): Promise<(EmbedderRow & { state: 'active' | 'building' })[]> {
  const { rows } = await sql<EmbedderRow & { state: 'active' | 'building' }>`
    select number, name, kind, dimensions, trained_passages as "trainedPassages", weight, state
    from search_embedders where organization_id = ${organizationId} and state in ('active', 'building')
    order by number`.execute(db(tx));
  return rows;
}

/** Locks the organization's state, so that no embedder begins or ends until this transaction does. */
export async function lockState(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    insert into search_state (organization_id) values (${organizationId})
    on conflict (organization_id) do update set terms = search_state.terms`.execute(db(tx));
}

/** Adds an embedder under the next number. The state must be locked. */
export async function insertEmbedder(
  tx: Tx,
  organizationId: string,
  embedder: NewEmbedder,
  state: 'active' | 'building',
): Promise<EmbedderRow> {
  const { rows } = await sql<{ number: number }>`
    update search_state set embedders = embedders + 1
    where organization_id = ${organizationId} returning embedders as number`.execute(db(tx));
  const number = rows[0]?.number ?? 1;
  const name = embedder.name(number);
  const { kind, dimensions, trainedPassages, weight } = embedder;
  await db(tx)
    .insertInto('search_embedders')
    .values({
      organization_id: organizationId,
      number,
      name,
      kind,
      dimensions,
      state,
      trained_passages: trainedPassages,
      weight,
    })
    .execute();
  return { number, name, kind, dimensions, trainedPassages, weight };
}

export async function saveModel(
  tx: Tx,
  organizationId: string,
  embedder: number,
  model: Uint8Array,
): Promise<void> {
  for (let part = 0; part * PART < model.length; part++) {
    await db(tx)
      .insertInto('search_models')
      .values({
        organization_id: organizationId,
        embedder,
        part,
        data: model.subarray(part * PART, (part + 1) * PART),
      })
      .execute();
  }
}

export async function readModel(tx: Tx, organizationId: string, embedder: number): Promise<Uint8Array> {
  const parts = await db(tx)
    .selectFrom('search_models')
    .select('data')
    .where('organization_id', '=', organizationId)
    .where('embedder', '=', embedder)
    .orderBy('part')
    .execute();
  return Buffer.concat(parts.map((part) => part.data));
}

export async function insertVectors(
  tx: Tx,
  organizationId: string,
  embedder: { readonly number: number; readonly dimensions: number },
  rows: readonly VectorRow[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH);
    await sql`
      insert into search_vectors (organization_id, document_key, ordinal, embedder, dimensions, embedding)
      select ${organizationId}, key, ordinal, ${embedder.number}::integer, ${embedder.dimensions}::integer, vector::halfvec
      from unnest(
        ${batch.map((row) => row.key)}::bigint[], ${batch.map((row) => row.ordinal)}::integer[],
        ${batch.map((row) => row.vector)}::text[]
      ) as embedded (key, ordinal, vector)
      where exists (
        select from search_passages p
        where p.organization_id = ${organizationId} and p.document_key = embedded.key and p.ordinal = embedded.ordinal
      )
      on conflict do nothing`.execute(db(tx));
  }
}

/** Makes the embedder that was being built the one that ranks. False where it is no longer being built. */
export async function switchEmbedder(tx: Tx, organizationId: string, embedder: number): Promise<boolean> {
  await lockState(tx, organizationId);
  await sql`
    update search_embedders set state = 'retired'
    where organization_id = ${organizationId} and state = 'active'
      and exists (select from search_embedders e where e.organization_id = ${organizationId} and e.number = ${embedder}::integer and e.state = 'building')
    `.execute(db(tx));
  const { rows } = await sql`
    update search_embedders set state = 'active'
    where organization_id = ${organizationId} and number = ${embedder}::integer and state = 'building'
    returning number`.execute(db(tx));
  return rows.length > 0;
}

/** Gives up whatever was being built and never finished. The state must be locked. */
export async function retireUnfinished(tx: Tx, organizationId: string): Promise<void> {
  await db(tx)
    .updateTable('search_embedders')
    .set({ state: 'retired' })
    .where('organization_id', '=', organizationId)
    .where('state', '=', 'building')
    .execute();
}

/** Deletes vectors and models of retired embedders, a batch at a time; gives how many vectors went. */
export async function deleteRetired(tx: Tx, organizationId: string, limit: number): Promise<number> {
  await sql`
    delete from search_models m using search_embedders e
    where m.organization_id = ${organizationId} and e.organization_id = m.organization_id
      and e.number = m.embedder and e.state = 'retired'`.execute(db(tx));
  const { rows } = await sql<{ deleted: number }>`
    with gone as (
      delete from search_vectors where ctid = any(array(
        select v.ctid from search_vectors v
        join search_embedders e on e.organization_id = v.organization_id and e.number = v.embedder
        where v.organization_id = ${organizationId} and e.state = 'retired' limit ${limit}::integer))
      returning 1
    )
    select count(*) as deleted from gone`.execute(db(tx));
  return rows[0]?.deleted ?? 0;
}

export interface UnembeddedPassage {
  readonly key: number;
  readonly ordinal: number;
  readonly title: string;
  readonly content: string;
  readonly headings: string[];
  readonly analysedAs: string;
  readonly titleTerms: Uint8Array;
  readonly terms: Uint8Array;
}

/** Keys of indexed versions, staged ones too, in their order. */
export async function readKeysAfter(
  tx: Tx,
  organizationId: string,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await db(tx)
    .selectFrom('search_documents')
    .select('key')
    .where('organization_id', '=', organizationId)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute();
  return rows.map((row) => row.key);
}

/** The passages of documents, with what an embedder may need of them. */
export async function readForEmbedding(
  tx: Tx,
  organizationId: string,
  keys: readonly number[],
): Promise<readonly UnembeddedPassage[]> {
  const { rows } = await sql<UnembeddedPassage>`
    select p.document_key as key, p.ordinal, d.title, p.content, p.headings, d.analysed_as as "analysedAs", d.title_terms as "titleTerms", p.terms
    from search_passages p
    join search_documents d on d.organization_id = p.organization_id and d.key = p.document_key
    where p.organization_id = ${organizationId} and p.document_key = any(${keys}::bigint[])
    order by p.document_key, p.ordinal`.execute(db(tx));
  return rows;
}

/** Waits for a change of embedders that is being committed, and keeps the next one out until this transaction ends. */
export async function holdEmbedders(tx: Tx, organizationId: string): Promise<void> {
  await sql`select from search_state where organization_id = ${organizationId} for share`.execute(db(tx));
}
