import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createWorld, eventually, type World } from '../../testing/world.ts';
import type { SearchAnswerView } from './search.schemas.ts';

let world: World;
let editor: Client;

beforeAll(async () => {
  world = await createWorld();
  editor = await world.person('power');
});
afterAll(() => world.close());

async function add(title: string, text: string, client = editor): Promise<string> {
  const answer = await client.call('POST', '/library/sources', {
    title,
    text,
    mediaType: 'text/markdown',
    language: 'en',
  });
  const { items } = answer.body as { items: { id: string }[] };
  const id = items[0]?.id ?? '';
  await eventually(
    async () => (await client.call('GET', `/library/sources/${id}`)).body as { stage: string },
    ({ stage }) => stage === 'ready',
  );
  return id;
}

async function search(
  query: string,
  client: Pick<Client, 'call'> = editor,
): Promise<{ status: number; body: SearchAnswerView }> {
  const { status, body } = await client.call('GET', `/search?${query}`);
  return { status, body: body as SearchAnswerView };
}

describe('GET /search', () => {
  test('answers with the passage, its exact citation and what ran', async () => {
    const id = await add(
      'Harbour rules',
      '# Mooring\n\nEvery vessel shall be moored with two ropes.\n\n# Fees\n\nFees are paid monthly.',
    );
    const { status, body } = await search('q=vessels+moored');
    expect(status).toBe(200);
    expect(body).toMatchObject({ mode: 'hybrid', correctedTo: null, nextCursor: null });
    expect(body.embedder).toBe('hashed-ngrams:1');
    expect(body.tookMs).toBeGreaterThan(0);
    const [item] = body.items;
    expect(item).toMatchObject({ type: 'source', id, title: 'Harbour rules', citation: { id, version: 1 } });
    const { text } = (await editor.call('GET', `/library/sources/${id}/content?version=1`)).body as {
      text: string;
    };
    expect(text.slice(item?.citation.start, item?.citation.end)).toBe(item?.citation.quote);
    expect(item?.highlights.map(({ start, end }) => item.snippet.slice(start, end))).toEqual(
      expect.arrayContaining(['vessel', 'moored']),
    );
  });

  test('finds nothing of another organization, and nothing that was deleted', async () => {
    const id = await add('Private', 'The lighthouse keeper sleeps.');
    const stranger = await world.person('admin', 'Elsewhere');
    expect((await search('q=lighthouse+keeper', stranger)).body.items).toEqual([]);
    expect((await search('q=lighthouse+keeper')).body.items[0]?.id).toBe(id);
    await editor.call('DELETE', `/library/sources/${id}`);
    expect((await search('q=lighthouse+keeper&mode=keyword')).body.items).toEqual([]);
  });

  test('needs a signed-in caller', async () => {
    expect((await search('q=anything', world.anonymous)).status).toBe(401);
  });

  test.each([
    ['no query', ''],
    ['an empty query', 'q='],
    ['a query that is too long', `q=${'x'.repeat(1001)}`],
    ['an unknown mode', 'q=a&mode=magic'],
    ['a bad limit', 'q=a&limit=-1'],
    ['a limit that is too high', 'q=a&limit=101'],
    ['an unknown parameter', 'q=a&sort=up'],
    ['a collection that is no id', 'q=a&collectionId=1'],
    ['a forged cursor', 'q=a&cursor=Zm9yZ2Vk'],
    ['a repeated parameter', 'q=a&q=b'],
  ])('refuses %s with a 4xx', async (_, query) => {
    const { status } = await search(query);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  test.each(["'; drop table users; --", '"', '-', '%00', '\ud83d\ude42', '"unclosed -x', '*?:\\'])(
    'takes %j as a query',
    async (text) => {
      expect((await search(`q=${encodeURIComponent(text)}`)).status).toBe(200);
    },
  );
});

test('a grown library is learned from, as a task that everybody can see', async () => {
  const paragraph = (i: number) =>
    `## Part ${i}\n\n${`Sentence ${i} about pumps, valves and water levels in basin ${i % 7}. `.repeat(30)}`;
  await add('Pumps', Array.from({ length: 60 }, (_, i) => paragraph(i)).join('\n\n'));
  const { items } = await eventually(
    async () =>
      (await editor.call('GET', '/tasks?kind=search.train')).body as {
        items: { status: string; progress: unknown }[];
      },
    (page) => page.items.some((task) => task.status === 'succeeded'),
    50_000,
  );
  expect(items[0]).toMatchObject({
    status: 'succeeded',
    result: { embedder: expect.stringMatching(/^latent-semantic:/) },
  });
  expect((await search('q=pump+water&mode=semantic')).body).toMatchObject({
    mode: 'semantic',
    embedder: expect.stringMatching(/^latent-semantic:/),
  });
}, 90_000);
