import pg from 'pg';
import type { Context, Part } from '../context.ts';
import type { Library } from '../library.ts';
import type { PartResult } from '../report.ts';
import { median } from '../stats.ts';
import { hasWrk, runLoad } from '../wrk.ts';

const VECTORS = 50_000;
const QUERIES = 500;
const RECALL_QUERIES = 100;
const CONNECTIONS = 50;
const ROUNDS = 5;
const SECONDS = 5;
const TOP = 10;

/** Search by meaning under load, and how much of the exact answer its vector index finds. */
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
  await bestPassages(library, 1); // refuses to measure what is no search by meaning
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
      { name: `recall@${TOP}`, value: await recall(library), unit: '', goal: { atLeast: 0.95 } },
    ],
    notes: [
      `${library.chunks.toLocaleString('en-US')} vectors; wrk with ${CONNECTIONS} connections, ${rounds.length} rounds of ${SECONDS} s; medians`,
      `recall: ${RECALL_QUERIES} queries, the ${TOP} best passages with the vector indexes and again without them`,
    ],
  };
}

/** The share of the exact best passages that the product finds: the same searches again without its HNSW indexes are exact. */
async function recall(library: Library): Promise<number> {
  const owner = new pg.Client({ connectionString: library.place.ownerUrl });
  await owner.connect();
  try {
    const found = await bestPassages(library);
    const { rows } = await owner.query<{ name: string; definition: string }>(`
      select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam where a.amname = 'hnsw'`);
    if (rows.length === 0) throw new Error('there is no HNSW index to compare with');
    for (const { name } of rows) await owner.query(`drop index ${name}`);
    try {
      const exact = await bestPassages(library);
      const shares = exact.map((wanted, index) => {
        const got = found[index];
        return [...wanted].filter((passage) => got?.has(passage)).length / wanted.size;
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    } finally {
      for (const { definition } of rows) await owner.query(definition);
    }
  } finally {
    await owner.end();
  }
}

async function bestPassages(
  library: Library,
  queries = RECALL_QUERIES,
): Promise<readonly ReadonlySet<string>[]> {
  const best: Set<string>[] = [];
  for (let index = 0; index < queries; index++) {
    const q = library.corpus.query(QUERIES + index);
    const answer = await library.api.search({ q, mode: 'semantic', limit: String(TOP), expand: 'passages' });
    if (answer.mode !== 'semantic') throw new Error(`asked for semantic, ${answer.mode} ran`);
    best.push(new Set(answer.items.map(({ citation }) => `${citation.id} ${citation.start}`)));
  }
  return best;
}

function skipped(reason: string): PartResult {
  return { part: semantic.name, figures: [], notes: [`skipped: ${reason}`] };
}
