import { sql } from 'kysely';
import { queryBuilder, statement } from '../../db/index.ts';
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

/**
 * What HNSW needs beside its defaults. The scan walks on until enough of what it meets is the organization's own and passes
 * the filter (iterative scan), so other tenants cost time and not recall. Only the index gives rows in order, so without
 * sorting it is the only plan: the planner would price a large organization like the average one, and compare all its
 * vectors instead. Planned once for each connection: planning costs as much as the scan.
 */
const HNSW = {
  'hnsw.iterative_scan': 'relaxed_order',
  'hnsw.max_scan_tuples': '100000',
  enable_sort: 'off',
  plan_cache_mode: 'force_generic_plan',
};

/** Candidates that HNSW keeps while it walks; more is slower and finds more. 0.95 of the exact nearest need about this many. */
const BREADTH = 120;

type Nearest = ReturnType<typeof statement<PassageCosine>>;
const nearestBySize = new Map<number, Nearest>();

/** The size is a constant in the text, or the planner could not see that the partial index fits. */
function nearestOf(size: number): Nearest {
  const known = nearestBySize.get(size);
  if (known !== undefined) return known;
  const vector = `halfvec(${Math.trunc(size)})`;
  // The filter is a subquery, not a join: a join could be planned from the documents' side, where no index gives order.
  const made = statement<PassageCosine>(
    `select document_key as key, ordinal, 1 - (embedding::${vector} <=> $1::${vector}) as cosine
    from search_vectors
    where organization_id = $2 and embedder = $3 and dimensions = ${Math.trunc(size)} and (
      select d.active and d.audience && $4::text[]
        and ($5::text[] is null or d.type = any($5::text[]))
        and ($6::uuid is null or d.collection_id = $6::uuid)
        and ($7::text is null or d.analysed_as = $7::text)
      from search_documents d where d.organization_id = $2 and d.key = document_key)
    order by embedding::${vector} <=> $1::${vector}
    limit $8`,
    { ...HNSW, 'hnsw.ef_search': String(BREADTH) },
  );
  nearestBySize.set(size, made);
  return made;
}

/** The passages nearest to a vector (pgvector's text form) among those that the filter lets through. */
export async function nearestPassages(
  tx: Tx,
  organizationId: string,
  space: EmbedderSpace,
  vector: string,
  filter: VectorFilter,
  limit: number,
): Promise<readonly PassageCosine[]> {
  const { labels, types, collectionId, analysedAs } = filter;
  const nearest = nearestOf(space.dimensions);
  return nearest(tx, vector, organizationId, space.number, labels, types, collectionId, analysedAs, limit);
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
