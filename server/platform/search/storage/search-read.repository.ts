import { sql } from 'kysely';
import { queryBuilder, statement } from '../../db/index.ts';
import type { Tx } from '../../db/port.ts';
import type { SearchTables } from './search.tables.ts';

const db = (tx: Tx) => queryBuilder<SearchTables>(tx);

/** The state of an organization's index, and the embedder that ranks now. */
export interface IndexState {
  readonly sequence: number;
  readonly passages: number;
  readonly embedder: EmbedderRow | null;
}

export interface EmbedderRow {
  readonly number: number;
  readonly name: string;
  readonly kind: 'hashed' | 'latent' | 'external';
  /** As stored. */
  readonly dimensions: number;
  readonly trainedPassages: number;
  readonly weight: number;
}

const stateOf = statement<
  { sequence: number; passages: number } & { [K in keyof EmbedderRow]: EmbedderRow[K] | null }
>(`
  select s.sequence, s.passages, e.number, e.name, e.kind, e.dimensions, e.trained_passages as "trainedPassages", e.weight
  from search_state s
  left join search_embedders e on e.organization_id = s.organization_id and e.state = 'active'
  where s.organization_id = $1`);

export async function readState(tx: Tx, organizationId: string): Promise<IndexState> {
  const [row] = await stateOf(tx, organizationId);
  if (row === undefined) return { sequence: 0, passages: 0, embedder: null };
  const { sequence, passages, number, name, kind, dimensions, trainedPassages, weight } = row;
  const embedder =
    number === null ||
    name === null ||
    kind === null ||
    dimensions === null ||
    trainedPassages === null ||
    weight === null
      ? null
      : { number, name, kind, dimensions, trainedPassages, weight };
  return { sequence, passages, embedder };
}

export async function readTermsAfter(tx: Tx, organizationId: string, after: number, limit: number) {
  return await db(tx)
    .selectFrom('search_terms')
    .select(['number', 'term'])
    .where('organization_id', '=', organizationId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute();
}

/** What changed after a sequence, each document once. */
export async function readChanges(tx: Tx, organizationId: string, after: number) {
  return await db(tx)
    .selectFrom('search_changes')
    .select(['type', 'id'])
    .distinct()
    .where('organization_id', '=', organizationId)
    .where('sequence', '>', after)
    .execute();
}

const documentColumns = [
  'key',
  'type',
  'id',
  'version',
  'title',
  'language',
  'analysed_as as analysedAs',
  'collection_id as collectionId',
  'audience',
  'title_terms as titleTerms',
] as const;

/** Active documents in the order of their keys. */
export async function readDocumentsAfter(tx: Tx, organizationId: string, after: number, limit: number) {
  return await db(tx)
    .selectFrom('search_documents')
    .select(documentColumns)
    .where('organization_id', '=', organizationId)
    .where('active', '=', true)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute();
}

/** The active versions of the documents named. */
export async function readDocuments(
  tx: Tx,
  organizationId: string,
  references: readonly { type: string; id: string }[],
) {
  return await db(tx)
    .selectFrom('search_documents')
    .innerJoin(
      sql<{ type: string; id: string }>`(select * from unnest(
        ${references.map((reference) => reference.type)}::text[], ${references.map((reference) => reference.id)}::uuid[]
      ) as wanted (type, id))`.as('wanted'),
      (join) =>
        join
          .onRef('wanted.type', '=', 'search_documents.type')
          .onRef('wanted.id', '=', 'search_documents.id'),
    )
    .select(
      documentColumns.map((column) =>
        column === 'type' || column === 'id' ? (`search_documents.${column}` as const) : column,
      ),
    )
    .where('organization_id', '=', organizationId)
    .where('active', '=', true)
    .orderBy('key')
    .execute();
}

/**
 * The packed terms of all passages of the documents, with their vectors of one embedder where one is named. The vector is a
 * subquery, not a join: without statistics (the embedded database gathers none) a join is planned over all vectors.
 */
export async function readPassageTerms(
  tx: Tx,
  organizationId: string,
  keys: readonly number[],
  embedder: number | null,
): Promise<readonly PassageTerms[]> {
  const { rows } = await sql<PassageTerms>`
    select p.document_key as key, p.ordinal, p.terms, (
      select halfvec_send(v.embedding) from search_vectors v
      where v.organization_id = p.organization_id and v.document_key = p.document_key
        and v.ordinal = p.ordinal and v.embedder = ${embedder}::integer
    ) as vector
    from search_passages p
    where p.organization_id = ${organizationId} and p.document_key = any(${keys}::bigint[])
    order by p.document_key, p.ordinal`.execute(db(tx));
  return rows;
}

export interface PassageTerms {
  readonly key: number;
  readonly ordinal: number;
  readonly terms: Uint8Array;
  /** As halfvec_send gives it. */
  readonly vector: Uint8Array | null;
}

export interface PassageText {
  readonly key: number;
  readonly ordinal: number;
  readonly content: string;
  readonly start: number;
  readonly end: number;
  readonly page: number | null;
  readonly headings: string[];
}

const passagesOf = statement<PassageText>(`
  select p.document_key as key, p.ordinal, p.content, p.start_at as start, p.end_at as end, p.page, p.headings
  from unnest($1::bigint[], $2::integer[]) as wanted (key, ordinal)
  join search_passages p on p.document_key = wanted.key and p.ordinal = wanted.ordinal
  where p.organization_id = $3`);

/** The text of passages of active documents, in no order; what is gone meanwhile is left out. */
export async function readPassages(
  tx: Tx,
  organizationId: string,
  wanted: readonly { readonly key: number; readonly ordinal: number }[],
): Promise<readonly PassageText[]> {
  if (wanted.length === 0) return [];
  const keys = wanted.map(({ key }) => key);
  const ordinals = wanted.map(({ ordinal }) => ordinal);
  return await passagesOf(tx, keys, ordinals, organizationId);
}
