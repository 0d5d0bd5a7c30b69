import pg from 'pg';
import { systemActor } from '../../server/kernel/actor.ts';
import { openPostgres } from '../../server/platform/db/postgres.ts';
import { createSearchPlatform } from '../../server/platform/search/index.ts';
import type { Context, Part } from '../context.ts';
import type { Library } from '../library.ts';
import type { Figure, PartResult } from '../report.ts';
import { median } from '../stats.ts';
import { hasWrk, runLoad } from '../wrk.ts';

const VECTORS = 50_000;
const QUERIES = 500;
const RECALL_QUERIES = 100;
const CONNECTIONS = 50;
const ROUNDS = 5;
const SECONDS = 5;
const TOP = 10;

/** Search by meaning under load, and how much of the exact answer it finds. */
export const semantic: Part = {
  name: 'semantic',
  about: 'semantic searches a second and recall@10 at 50,000 vectors, PostgreSQL',
  async run(context) {
    if (!context.databases.includes('postgres')) return skipped('no PostgreSQL');
    if (!hasWrk()) return skipped('wrk is not installed');
    return measure(context, await context.library('postgres'));
  },
};

async function measure(context: Context, library: Library): Promise<PartResult> {
  await library.growTo(Math.ceil(VECTORS * context.scale));
  const { origin, token } = library.api;
  const paths = Array.from({ length: QUERIES }, (_, index) => {
    const query = new URLSearchParams({
      q: library.corpus.query(index),
      mode: 'semantic',
      limit: String(TOP),
    });
    return `/api/v1/search?${query}`;
  });
  const ask = overHttp(library, context.scale === 1);
  await bestPassages(library, RECALL_QUERIES, ask); // refuses to measure what is no search by meaning
  const load = { origin, token, paths, connections: CONNECTIONS, seconds: SECONDS };
  await runLoad(load);
  const rounds = [];
  for (let round = 0; round < Math.max(1, Math.round(ROUNDS * context.scale)); round++)
    rounds.push(await runLoad(load));
  return {
    part: semantic.name,
    figures: [
      {
        name: 'searches',
        value: median(rounds.map((round) => round.requestsPerSecond)),
        unit: '/s',
        goal: { atLeast: 1000 },
      },
      { name: 'p99', value: median(rounds.map((round) => round.p99Ms)), unit: 'ms' },
      ...(await recall(library, ask)),
    ],
    notes: [
      `${library.chunks.toLocaleString('en-US')} vectors; wrk with ${CONNECTIONS} connections, ${rounds.length} rounds of ${SECONDS} s; medians`,
      `recall: ${RECALL_QUERIES} queries, the ${TOP} best passages beside those of PostgreSQL without its vector indexes; a library of this size is compared in memory, a larger one by HNSW`,
    ],
  };
}

/**
 * The share of the exact best passages that the product finds, and that its HNSW indexes find, as they do for libraries
 * too large for memory. Without those indexes PostgreSQL compares every vector.
 */
async function recall(library: Library, ask: Ask): Promise<readonly Figure[]> {
  const url = library.place.settings.DATABASE_URL ?? '';
  const owner = new pg.Client({ connectionString: library.place.ownerUrl });
  const database = openPostgres({ url, poolSize: 2, poolTimeoutSeconds: 10, onError: console.error });
  await owner.connect();
  try {
    const { organization } = await library.api.get<{ organization: { id: string } }>('/auth/me');
    const actor = systemActor(organization.id, 'bench');
    const platform = createSearchPlatform({
      database,
      embedding: null,
      logger: { warn: console.error },
      maxVectorBytes: 0,
    });
    const byDatabase: Ask = async (q) =>
      (await platform.index.search(actor, { q, mode: 'semantic', limit: TOP, expand: 'passages' })).hits.map(
        ({ id, passage }) => ({ id, start: passage.start }),
      );
    const inProduct = await bestPassages(library, RECALL_QUERIES, ask);
    const inIndex = await bestPassages(library, RECALL_QUERIES, byDatabase);
    const exact = await withoutHnsw(owner, () => bestPassages(library, RECALL_QUERIES, byDatabase));
    const goal = { atLeast: 0.95 };
    return [
      { name: `recall@${TOP}`, value: shareOf(exact, inProduct), unit: '', goal },
      { name: `recall@${TOP} of HNSW`, value: shareOf(exact, inIndex), unit: '', goal },
    ];
  } finally {
    await owner.end();
    await database.close();
  }
}

async function withoutHnsw<T>(owner: pg.Client, fn: () => Promise<T>): Promise<T> {
  const { rows } = await owner.query<{ name: string; definition: string }>(`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam where a.amname = 'hnsw'`);
  if (rows.length === 0) throw new Error('there is no HNSW index to compare with');
  for (const { name } of rows) await owner.query(`drop index ${name}`);
  try {
    return await fn();
  } finally {
    for (const { definition } of rows) await owner.query(definition);
  }
}

function shareOf(exact: readonly Best[], found: readonly Best[]): number {
  const shares = exact.map(
    (wanted, index) =>
      [...wanted].filter((passage) => found[index]?.has(passage)).length / Math.max(1, wanted.size),
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

type Best = ReadonlySet<string>;
type Ask = (q: string) => Promise<readonly { readonly id: string; readonly start: number }[]>;

/** `strict`: an answer by words breaks the part off. A small library was learned from before it had all its words. */
function overHttp(library: Library, strict: boolean): Ask {
  return async (q) => {
    const answer = await library.api.search({ q, mode: 'semantic', limit: String(TOP), expand: 'passages' });
    if (strict && answer.mode !== 'semantic')
      throw new Error(`asked for semantic, ${answer.mode} ran for "${q}"`);
    return answer.items.map(({ citation }) => citation);
  };
}

async function bestPassages(library: Library, queries: number, ask: Ask): Promise<readonly Best[]> {
  const best: Best[] = [];
  for (let index = 0; index < queries; index++) {
    const passages = await ask(library.corpus.query(QUERIES + index));
    best.push(new Set(passages.map(({ id, start }) => `${id} ${start}`)));
  }
  return best;
}

function skipped(reason: string): PartResult {
  return { part: semantic.name, figures: [], notes: [`skipped: ${reason}`] };
}
