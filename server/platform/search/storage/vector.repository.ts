import { statement } from '../../db/index.ts';
import type { Tx } from '../../db/port.ts';
import { decodeHalfVector } from './half-vector.ts';

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

/** Rows as one JSON array, null where there are none: reading hundreds of rows one by one costs half a search. */
interface Found {
  readonly found: readonly (readonly [key: number, ordinal: number, cosine: number])[] | null;
}
const TOGETHER = 'json_agg(json_build_array(key, ordinal, cosine)) as found';

function unpacked([row]: readonly Found[]): readonly PassageCosine[] {
  return row?.found?.map(([key, ordinal, cosine]) => ({ key, ordinal, cosine })) ?? [];
}

type Nearest = ReturnType<typeof statement<Found>>;
const nearestBySize = new Map<number, Nearest>();

/** The size is a constant in the text, or the planner could not see that the partial index fits. */
function nearestOf(size: number): Nearest {
  const known = nearestBySize.get(size);
  if (known !== undefined) return known;
  // As in the index's definition, so that the planner knows it again.
  const indexed = `embedding::halfvec(${Math.trunc(size)})`;
  // The filter is a subquery, not a join: a join could be planned from the documents' side, where no index gives order.
  const made = statement<Found>(
    `select ${TOGETHER} from (
    select document_key as key, ordinal, 1 - (embedding <=> $1::halfvec) as cosine
    from search_vectors
    where organization_id = $2 and embedder = $3 and dimensions = ${Math.trunc(size)} and (
      select d.active and d.audience && $4::text[]
        and ($5::text[] is null or d.type = any($5::text[]))
        and ($6::uuid is null or d.collection_id = $6::uuid)
        and ($7::text is null or d.analysed_as = $7::text)
      from search_documents d where d.organization_id = $2 and d.key = document_key)
    order by ${indexed} <=> $1::halfvec
    limit $8) as nearest`,
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
  return unpacked(
    await nearest(tx, vector, organizationId, space.number, labels, types, collectionId, analysedAs, limit),
  );
}

const chosen = statement<Found>(`
  select ${TOGETHER} from (
  select v.document_key as key, v.ordinal, 1 - (v.embedding <=> $1::halfvec) as cosine
  from unnest($2::bigint[], $3::integer[]) as wanted (key, ordinal)
  join search_vectors v on v.organization_id = $4 and v.document_key = wanted.key
    and v.ordinal = wanted.ordinal and v.embedder = $5) as chosen`);

/** The exact cosines of chosen passages with a vector. */
export async function cosinesOf(
  tx: Tx,
  organizationId: string,
  space: EmbedderSpace,
  vector: string,
  passages: readonly { readonly key: number; readonly ordinal: number }[],
): Promise<readonly PassageCosine[]> {
  if (passages.length === 0) return [];
  const { keys, ordinals } = columnsOf(passages);
  return unpacked(await chosen(tx, vector, keys, ordinals, organizationId, space.number));
}

const stored = statement<{ vector: Uint8Array }>(`
  select halfvec_send(v.embedding) as vector
  from unnest($1::bigint[], $2::integer[]) as wanted (key, ordinal)
  join search_vectors v on v.organization_id = $3 and v.document_key = wanted.key
    and v.ordinal = wanted.ordinal and v.embedder = $4`);

export async function vectorsOf(
  tx: Tx,
  organizationId: string,
  space: EmbedderSpace,
  passages: readonly { readonly key: number; readonly ordinal: number }[],
): Promise<readonly Float32Array[]> {
  if (passages.length === 0) return [];
  const { keys, ordinals } = columnsOf(passages);
  const rows = await stored(tx, keys, ordinals, organizationId, space.number);
  return rows.map((row) => decodeHalfVector(row.vector));
}

function columnsOf(passages: readonly { readonly key: number; readonly ordinal: number }[]) {
  return { keys: passages.map(({ key }) => key), ordinals: passages.map(({ ordinal }) => ordinal) };
}
