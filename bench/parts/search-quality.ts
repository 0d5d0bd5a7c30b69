import { readFileSync } from 'node:fs';
import { newStemmer } from 'snowball-stemmers';
import * as stopword from 'stopword';
import type { UploadAnswer } from '../../server/modules/library/library.schemas.ts';
import { Api } from '../api.ts';
import type { Part } from '../context.ts';
import { bm25Ranking, meanNdcg } from '../ranking.ts';
import type { Figure } from '../report.ts';
import { startProduct } from '../server.ts';

const SAMPLES = new URL('../../samples/', import.meta.url);
const MODES = ['keyword', 'semantic', 'hybrid'] as const;
/** Uploads settle before training begins; milliseconds. */
const SETTLE = 15_000;

interface Judged {
  readonly query: string;
  /** Grade by file name. */
  readonly relevant: Readonly<Record<string, number>>;
}

/** nDCG@10 of each mode on the sample library, beside a plain BM25 with Porter stems over whole documents. */
export const searchQuality: Part = {
  name: 'search-quality',
  about: 'nDCG@10 of every mode on the judged samples, beside a tuned BM25',
  async run(context) {
    const place = await context.open('embedded');
    const product = await startProduct({ ...place.settings, SAMPLES: 'false' });
    try {
      const api = await Api.register(product.origin);
      const files = readJson<{ documents: { file: string }[] }>('library.json').documents.map(
        ({ file }) => file,
      );
      const judged = readJson<{ queries: Judged[] }>('judgements.json').queries;
      const names = await upload(api, files);
      await new Promise((resolve) => setTimeout(resolve, SETTLE));
      await api.waitForQuiet();
      const figures: Figure[] = [
        { name: 'BM25, Porter stems', value: await reference(api, names, judged), unit: 'nDCG@10' },
      ];
      for (const mode of MODES)
        figures.push({ name: mode, value: await quality(api, names, judged, mode), unit: 'nDCG@10' });
      const { embedder } = await api.search({ q: 'water', mode: 'semantic' });
      return {
        part: this.name,
        figures,
        notes: [`${judged.length} queries, ${files.length} documents; ${embedder} ranked by meaning`],
      };
    } finally {
      await product.stop();
      await place.dispose();
    }
  },
};

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, SAMPLES), 'utf8')) as T;
}

/** Uploads the files as they are and waits for them; gives the file name by source id. */
async function upload(api: Api, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const form = new FormData();
  for (const name of files) form.append('file', new Blob([readFileSync(new URL(name, SAMPLES))]), name);
  const response = await fetch(`${api.origin}/api/v1/library/sources`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token}` },
    body: form,
  });
  const { items, task } = (await response.json()) as UploadAnswer;
  if (!response.ok || task === null) throw new Error(`the samples were not taken: ${response.status}`);
  const ended = await api.waitForEnd(task.id);
  if (ended.status !== 'succeeded') throw new Error(`the samples were not read: ${ended.error?.message}`);
  return new Map(items.map(({ id, fileName }) => [id, fileName ?? '']));
}

async function quality(
  api: Api,
  names: ReadonlyMap<string, string>,
  judged: readonly Judged[],
  mode: string,
): Promise<number> {
  const rankings: string[][] = [];
  for (const { query } of judged) {
    const { items } = await api.search({ q: query, mode, limit: '10' });
    rankings.push(items.map(({ id }) => names.get(id) ?? ''));
  }
  return meanNdcg(
    rankings,
    judged.map(({ relevant }) => relevant),
  );
}

/** The reference: k1 1.5, b 0.75, English Porter stems and stop words whatever the language, as a plain engine would do. */
async function reference(
  api: Api,
  names: ReadonlyMap<string, string>,
  judged: readonly Judged[],
): Promise<number> {
  const porter = newStemmer('porter');
  const stop = new Set(stopword.eng);
  const terms = (text: string) =>
    (text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [])
      .filter((word) => !stop.has(word))
      .map((word) => porter.stem(word));
  const documents = new Map<string, string[]>();
  for (const [id, name] of names) {
    const { title } = await api.get<{ title: string }>(`/library/sources/${id}`);
    const { text } = await api.get<{ text: string }>(`/library/sources/${id}/content`);
    documents.set(name, terms(`${title}\n${text}`));
  }
  return meanNdcg(
    judged.map(({ query }) => bm25Ranking(documents, terms(query), 1.5, 0.75)),
    judged.map(({ relevant }) => relevant),
  );
}
