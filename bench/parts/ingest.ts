import { Api } from '../api.ts';
import type { Context, Part } from '../context.ts';
import { makeCorpus } from '../corpus.ts';
import type { DatabaseKind } from '../place.ts';
import type { Figure } from '../report.ts';
import { startProduct } from '../server.ts';

const FILES = 1570;
const FILE_BYTES = 4000;
const GOAL_SECONDS = { embedded: 120, postgres: 60 } as const;

/** 1,570 Markdown files of about 4 KB through the API, from the first request until every one is ready. */
export const ingest: Part = {
  name: 'ingest',
  about: '1,570 Markdown files through the API',
  async run(context) {
    const figures: Figure[] = [];
    for (const kind of context.databases) figures.push(...(await measure(context, kind)));
    return {
      part: this.name,
      figures,
      notes: ['one process is API and worker; 50 files a request, one request at a time'],
    };
  },
};

async function measure(context: Context, kind: DatabaseKind): Promise<readonly Figure[]> {
  const place = await context.open(kind);
  const server = await startProduct(place.settings);
  try {
    const api = await Api.register(server.origin);
    const corpus = makeCorpus(1);
    const files = Math.ceil(FILES * context.scale);
    const documents = Array.from({ length: files }, (_, index) => corpus.document(index, FILE_BYTES));
    const from = performance.now();
    await api.ingest(documents);
    const seconds = (performance.now() - from) / 1000;
    let ready = 0;
    for await (const _ of api.pages('/library/sources?status=ready')) ready += 1;
    if (ready !== files) throw new Error(`${ready} of ${files} files are ready`);
    return [
      {
        name: `${files} files ready, ${kind}`,
        value: seconds,
        unit: 's',
        ...(context.scale === 1 ? { goal: { atMost: GOAL_SECONDS[kind] } } : {}),
      },
      { name: `files a second, ${kind}`, value: files / seconds, unit: '/s' },
    ];
  } finally {
    await server.stop();
    await place.dispose();
  }
}
