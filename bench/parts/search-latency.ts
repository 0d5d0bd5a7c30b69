import type { Context, Part } from '../context.ts';
import type { DatabaseKind } from '../place.ts';
import type { Figure } from '../report.ts';
import { quantile } from '../stats.ts';

const SIZES = { embedded: { chunks: 20_000, p95Ms: 60 }, postgres: { chunks: 100_000, p95Ms: 50 } } as const;
const QUERIES = 300;
const WARM_UP = 40;

/** One person who searches: each query waits for the answer before. */
export const searchLatency: Part = {
  name: 'search-latency',
  about: 'p50 and p95 of hybrid, semantic and keyword search',
  async run(context) {
    const figures: Figure[] = [];
    for (const kind of context.databases) figures.push(...(await measure(context, kind)));
    return {
      part: this.name,
      figures,
      notes: [`${QUERIES} different queries of 2–5 words, 10 results each, one at a time, over HTTP`],
    };
  },
};

async function measure(context: Context, kind: DatabaseKind): Promise<readonly Figure[]> {
  const { chunks, p95Ms } = SIZES[kind];
  const library = await context.library(kind);
  await library.growTo(Math.ceil(chunks * context.scale));
  const size = `${library.chunks.toLocaleString('en-US')} chunks, ${kind}`;
  const figures: Figure[] = [];
  for (const mode of ['hybrid', 'semantic', 'keyword']) {
    const took: number[] = [];
    for (let index = 0; index < WARM_UP + QUERIES; index++) {
      const q = library.corpus.query(index);
      const from = performance.now();
      const answer = await library.api.search({ q, mode, limit: '10' });
      if (index >= WARM_UP) took.push(performance.now() - from);
      // A small library has not all topics, and was learned from before it had all its words.
      if (context.scale < 1) continue;
      if (answer.mode !== mode) throw new Error(`asked for ${mode}, ${answer.mode} ran for "${q}"`);
      if (answer.items.length === 0) throw new Error(`nothing found for "${q}"`);
    }
    const goal = mode === 'hybrid' && context.scale === 1 ? { goal: { atMost: p95Ms } } : {};
    figures.push(
      { name: `${mode} p50, ${size}`, value: quantile(took, 0.5), unit: 'ms' },
      { name: `${mode} p95, ${size}`, value: quantile(took, 0.95), unit: 'ms', ...goal },
    );
  }
  return figures;
}
