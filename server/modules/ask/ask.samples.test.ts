import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../testing/model-server.ts';
import { type Client, createWorld, eventually, formOf, type World } from '../../testing/world.ts';
import type { AnswerView } from './index.ts';

const SAMPLES = new URL('../../../samples/', import.meta.url);

interface Judged {
  readonly id: string;
  readonly question: string;
  /** An answer must carry each; none: the library holds no answer. */
  readonly quotes: readonly { readonly file: string; readonly quote: string }[];
}

interface Library {
  readonly world: World;
  readonly client: Client;
  /** Source id by file name. */
  readonly ids: ReadonlyMap<string, string>;
}

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(name, SAMPLES), 'utf8')) as T;
}

/** The sample library, put in through the API of the whole product. */
async function sampleLibrary(environment: Readonly<Record<string, string>> = {}): Promise<Library> {
  const world = await createWorld({ environment });
  const client = await world.person('power');
  const { documents } = await readJson<{ documents: { file: string }[] }>('library.json');
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const { file } of documents) files[file] = new Uint8Array(await readFile(new URL(file, SAMPLES)));
  const upload = await client.call('POST', '/library/sources', formOf(files));
  expect(upload.status).toBe(202);
  const { body } = await eventually(
    () => client.call('GET', '/library/sources?limit=100'),
    ({ body: page }) =>
      sourcesOf(page).length === documents.length &&
      sourcesOf(page).every((source) => source.stage === 'ready'),
    120_000,
  );
  return { world, client, ids: new Map(sourcesOf(body).map((source) => [source.fileName, source.id])) };
}

function sourcesOf(page: unknown): { id: string; fileName: string; stage: string }[] {
  return (page as { items: { id: string; fileName: string; stage: string }[] }).items;
}

async function ask(client: Client, question: string): Promise<AnswerView> {
  const { status, body } = await client.call('POST', '/ask', { question });
  expect(status).toBe(200);
  return body as AnswerView;
}

const flat = (text: string): string => text.replace(/\s+/gu, ' ');

function holds(view: AnswerView, judged: Judged, ids: Library['ids']): boolean {
  if (judged.quotes.length === 0) return view.outcome === 'nothing_found';
  return judged.quotes.every(({ file, quote }) =>
    view.citations.some(
      (citation) => citation.id === ids.get(file) && flat(citation.quote).includes(flat(quote)),
    ),
  );
}

/** Every citation against what the API says is stored. */
async function expectExact(client: Client, view: AnswerView): Promise<void> {
  for (const { id, version, start, end, quote } of view.citations) {
    const { body } = await client.call('GET', `/library/sources/${id}/content?version=${version}`);
    expect((body as { text: string }).text.slice(start, end)).toBe(quote);
  }
}

describe('the sample library without a model', () => {
  let library: Library;
  beforeAll(async () => {
    library = await sampleLibrary();
  }, 180_000);
  afterAll(async () => {
    await library.world.close();
  });

  test('most judged questions are answered by the right quote, the others never by an invention', async () => {
    const { questions } = await readJson<{ questions: Judged[] }>('questions.json');
    const missed: string[] = [];
    for (const judged of questions) {
      const view = await ask(library.client, judged.question);
      expect(view.provider).toBe('extractive');
      expect(view.grounded).toBe(view.outcome === 'answered');
      await expectExact(library.client, view);
      if (!holds(view, judged, library.ids)) missed.push(`${judged.id} ${judged.question} → ${view.answer}`);
    }
    const unanswerable = questions.filter((judged) => judged.quotes.length === 0).map((judged) => judged.id);
    expect(missed.filter((line) => unanswerable.some((id) => line.startsWith(id)))).toEqual([]);
    expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(8);
  });

  test('another organization finds nothing in it', async () => {
    const stranger = await library.world.person('admin', 'Elsewhere');
    expect((await ask(stranger, 'How long is the probation period?')).outcome).toBe('nothing_found');
  });
});

describe('the sample library with a model', () => {
  let server: ModelServer;
  let library: Library;
  beforeAll(async () => {
    server = await startModelServer();
    library = await sampleLibrary({ AI_CHAT: 'openai:test-model', OPENAI_BASE_URL: server.url });
  }, 180_000);
  afterAll(async () => {
    await library.world.close();
    await server.close();
  });

  test('the model is shown the passage, and its quotes are checked against the stored text', async () => {
    server.always({
      kind: 'answer',
      text: 'It lasts twelve months [1: "Probation lasts twelve months"]. It can be doubled [1: "Probation may be doubled at will"].',
      usage: { input: 900, output: 30 },
    });
    const view = await ask(library.client, 'How long is the probation period?');
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('Probation lasts twelve months.');
    expect(view).toMatchObject({
      answer: 'It lasts twelve months. It can be doubled.',
      grounded: false,
      usage: { inputTokens: 900 },
    });
    expect(view.sentences.map((sentence) => sentence.supported)).toEqual([true, false]);
    expect(view.citations.map((citation) => citation.id)).toEqual([library.ids.get('employee-handbook.pdf')]);
    await expectExact(library.client, view);
  });
});
