import { sql } from 'kysely';
import { queryBuilder } from '../../db/index.ts';
import type { Tx } from '../../db/port.ts';
import { decodeHalfVector } from './half-vector.ts';
import type { SearchTables } from './search.tables.ts';

const db = (tx: Tx) => queryBuilder<SearchTables>(tx);

/** What the caller may find, for the database: a superset of what the process lets through. */
export interface VectorFilter {
  readonly labels: readonly string[];
  readonly types: readonly string[] | null;
  readonly collectionId: string | null;
  readonly analysedAs: string | null;
}

export interface EmbedderSpace {
  readonly number: number;
  readonly dimensions: number;
}

export interface PassageCosine {
  readonly key: number;
  readonly ordinal: number;
  readonly cosine: number;
}

/** Candidates that HNSW keeps while it walks; more is slower and finds more. 0.95 of the exact nearest need about this many. */
const BREADTH = 120;

/**
 * The passages nearest to a vector (pgvector's text form) among those that the filter lets through. HNSW walks on until
 * enough of them are the organization's own (iterative scan), so other tenants cost time and not recall.
 */
export async function nearestPassages(
  tx: Tx,
  organizationId: string,
  space: EmbedderSpace,
  vector: string,
  filter: VectorFilter,
  limit: number,
): Promise<readonly PassageCosine[]> {
  const breadth = String(Math.max(BREADTH, limit));
  // Not awaited by itself: both statements leave together where the driver can pipeline.
  const settings = sql`
    select set_config('hnsw.ef_search', ${breadth}, true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
      set_config('hnsw.max_scan_tuples', '100000', true)`.execute(db(tx));
  // A constant, or the planner could not see that the partial index fits.
  const size = sql.lit(space.dimensions);
  const found = sql<PassageCosine>`
    select v.document_key as key, v.ordinal,
      1 - (v.embedding::halfvec(${size}) <=> ${vector}::halfvec(${size})) as cosine
    from search_vectors v
    join search_documents d on d.organization_id = v.organization_id and d.key = v.document_key
    where v.organization_id = ${organizationId} and v.embedder = ${space.number}::integer and v.dimensions = ${size}
      and d.active and d.audience && ${filter.labels}::text[]
      and (${filter.types}::text[] is null or d.type = any(${filter.types}::text[]))
      and (${filter.collectionId}::uuid is null or d.collection_id = ${filter.collectionId}::uuid)
      and (${filter.analysedAs}::text is null or d.analysed_as = ${filter.analysedAs}::text)
    order by v.embedding::halfvec(${size}) <=> ${vector}::halfvec(${size})
    limit ${limit}::integer`.execute(db(tx));
  const [, { rows }] = await Promise.all([settings, found]);
  return rows;
}

/** The exact cosines of chosen passages with a vector. */
export async function cosinesOf(
  tx: Tx,
  organizationId: string,
  space: EmbedderSpace,
  vector: string,
  passages: readonly { readonly key: number; readonly ordinal: number }[],
): Promise<readonly PassageCosine[]> {
  if (passages.length === 0) return [];
  const { rows } = await sql<PassageCosine>`
    select v.document_key as key, v.ordinal, 1 - (v.embedding <=> ${vector}::halfvec) as cosine
    from unnest(${passages.map((passage) => passage.key)}::bigint[], ${passages.map((passage) => passage.ordinal)}::integer[])
      as wanted (key, ordinal)
    join search_vectors v on v.organization_id = ${organizationId} and v.document_key = wanted.key
      and v.ordinal = wanted.ordinal and v.embedder = ${space.number}::integer`.execute(db(tx));
  return rows;
}

export async function vectorsOf(
  tx: Tx,
  organizationId: string,
  space: EmbedderSpace,
  passages: readonly { readonly key: number; readonly ordinal: number }[],
): Promise<readonly Float32Array[]> {
  if (passages.length === 0) return [];
  const { rows } = await sql<{ vector: Uint8Array }>`
    select halfvec_send(v.embedding) as vector
    from unnest(${passages.map((passage) => passage.key)}::bigint[], ${passages.map((passage) => passage.ordinal)}::integer[])
      as wanted (key, ordinal)
    join search_vectors v on v.organization_id = ${organizationId} and v.document_key = wanted.key
      and v.ordinal = wanted.ordinal and v.embedder = ${space.number}::integer`.execute(db(tx));
  return rows.map((row) => decodeHalfVector(row.vector));
}
