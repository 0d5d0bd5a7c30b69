import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createWorld, eventually, formOf, type World } from '../../testing/world.ts';
import type { ChunkPage, ContentView, SourceView, UploadAnswer } from './library.schemas.ts';

const HANDBOOK =
  '# Leave\n\nEmployees have 25 days of leave a year.\n\n# Travel\n\nTrains are preferred to planes.\n';

let world: World;
let power: Client;
let regular: Client;
let guest: Client;
let stranger: Client;

beforeAll(async () => {
  world = await createWorld();
  power = await world.person('power');
  regular = await world.person('regular');
  guest = await world.person('guest');
  stranger = await world.person('admin', 'Elsewhere');
});
afterAll(() => world.close());

async function upload(
  files: Record<string, string | Uint8Array<ArrayBuffer>>,
  fields: Record<string, string> = {},
  client = power,
): Promise<UploadAnswer> {
  const answer = await client.call('POST', '/library/sources', formOf(files, fields));
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body as UploadAnswer;
}

async function source(id: string, client = power): Promise<SourceView> {
  return (await client.call('GET', `/library/sources/${id}`)).body as SourceView;
}

const settled = (id: string) =>
  eventually(
    () => source(id),
    (view) => ['ready', 'failed', 'cancelled'].includes(view.stage),
  );

async function ready(
  name: string,
  content: string,
  fields: Record<string, string> = {},
): Promise<SourceView> {
  const [item] = (await upload({ [name]: content }, fields)).items;
  const view = await settled(item?.id ?? '');
  expect(view).toMatchObject({ stage: 'ready' });
  return view;
}

describe('uploading', () => {
  test('files become sources that are read, found and cited exactly', async () => {
    const answer = await upload({
      'handbook.md': HANDBOOK,
      'note.txt': 'The boiler is serviced in October.',
    });
    expect(answer.items.map((item) => item.stage)).toEqual(['received', 'received']);
    const [handbook] = await Promise.all(answer.items.map((item) => settled(item.id)));
    expect(handbook).toMatchObject({
      title: 'Leave',
      fileName: 'handbook.md',
      mediaType: 'text/markdown',
      language: 'en',
      version: 1,
    });

    const content = (await regular.call('GET', `/library/sources/${handbook?.id}/content`))
      .body as ContentView;
    expect(content.structure.filter((item) => item.kind === 'heading').map((item) => item.title)).toEqual([
      'Leave',
      'Travel',
    ]);
    const chunks = (await regular.call('GET', `/library/sources/${handbook?.id}/chunks`)).body as ChunkPage;
    for (const chunk of chunks.items) expect(content.text.slice(chunk.start, chunk.end)).toBe(chunk.text);

    const found = (await regular.call('GET', '/search?q=trains&mode=keyword')).body as {
      items: { id: string; citation: { start: number; end: number; quote: string } }[];
    };
    expect(found.items[0]?.id).toBe(handbook?.id);
    const citation = found.items[0]?.citation;
    expect(content.text.slice(citation?.start, citation?.end)).toBe(citation?.quote);
  });

  test('the batch is a task that ends with its counts', async () => {
    const { task } = await upload({ 'a.txt': 'Alpha text.', 'b.txt': 'Beta text.' });
    const end = await eventually(
      async () =>
        (await power.call('GET', `/tasks/${task?.id}`)).body as {
          status: string;
          progress: object;
          result?: object;
        },
      (view) => view.status !== 'queued' && view.status !== 'running',
    );
    expect(end).toMatchObject({
      status: 'succeeded',
      progress: { done: 2, total: 2, unit: 'files' },
      result: { ready: 2, failed: 0, cancelled: 0 },
    });
  });

  test('a text in JSON is a source under the title it was given', async () => {
    const answer = await power.call('POST', '/library/sources', {
      title: 'Minutes',
      text: 'We met on Monday.\n\nNobody objected.',
      language: 'en',
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toMatch(/^\/api\/v1\/tasks\//);
    const [item] = (answer.body as UploadAnswer).items;
    expect(await settled(item?.id ?? '')).toMatchObject({
      title: 'Minutes',
      mediaType: 'text/plain',
      fileName: null,
    });
  });

  test('the same bytes in the same collection are recognised and said, and stored once', async () => {
    const first = await ready('same.txt', 'Exactly the same words.');
    const again = await upload({ 'another-name.txt': 'Exactly the same words.' });
    expect(again).toMatchObject({ items: [{ id: first.id, duplicateOf: first.id }], task: null });
    const twice = await upload({ 'x.txt': 'Twice in one upload.', 'y.txt': 'Twice in one upload.' });
    expect(new Set(twice.items.map((item) => item.id)).size).toBe(1);
    expect(twice.items.filter((item) => item.duplicateOf).length).toBe(1);
    const stored = await world.database.owner(
      'select storage_key from library_versions where source_id = $1',
      [first.id],
    );
    expect(stored).toHaveLength(1);
  });

  test('other bytes under the same name are a new version, and old citations still open the old one', async () => {
    const first = await ready('policy.txt', 'The limit is ten euros.');
    const second = await ready('policy.txt', 'The limit is twenty euros.');
    expect(second).toMatchObject({ id: first.id, version: 2 });
    const old = (await regular.call('GET', `/library/sources/${first.id}/content?version=1`))
      .body as ContentView;
    expect(old.text).toContain('ten euros');
    const found = (await regular.call('GET', '/search?q=euros&mode=keyword')).body as {
      items: { citation: { version: number } }[];
    };
    expect(found.items.map((item) => item.citation.version)).toEqual([2]);
    const versions = (await regular.call('GET', `/library/sources/${first.id}/versions`)).body as {
      items: { version: number }[];
    };
    expect(versions.items.map((item) => item.version)).toEqual([2, 1]);
  });

  test('a file that is not what it is called is refused beside the others', async () => {
    const answer = await upload({
      'page.pdf': '<html><body>Hello</body></html>',
      'good.txt': 'A good file among others.',
    });
    expect(answer.items).toHaveLength(1);
    expect(answer.rejected).toMatchObject([{ fileName: 'page.pdf', code: 'library.type_mismatch' }]);
  });

  test('alone, it is 415, and nothing of it stays', async () => {
    const before = await storedFiles();
    const answer = await power.call(
      'POST',
      '/library/sources',
      formOf({ 'picture.docx': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]) }),
    );
    expect(answer).toMatchObject({ status: 415, body: { code: expect.stringMatching(/^library\./) } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await storedFiles()).toEqual(before);
  });

  test.each([
    ['no file', formOf({}), 422],
    [
      'a collection that is not there',
      formOf({ 'a.txt': 'x y z' }, { collectionId: '01a1fb57-2e9c-73b1-a5c3-589dab083f7b' }),
      404,
    ],
    ['a language that is none', formOf({ 'a.txt': 'x y z' }, { language: 'not a language!' }), 422],
    ['an unknown field', formOf({ 'a.txt': 'x y z' }, { evil: '1' }), 422],
    ['an unknown JSON field', { title: 'T', text: 'x', evil: 1 }, 422],
    ['a number for a text', { title: 'T', text: 5 }, 422],
    ['NUL in a text', { title: 'T', text: 'a\0b' }, 400],
  ])('%s is refused', async (_name, body, status) => {
    expect((await power.call('POST', '/library/sources', body)).status).toBe(status);
  });

  test('a name cannot lead out of anything or hide its ending', async () => {
    const view = await ready('../../etc/\u202etxt.passwd.txt', 'Harmless text about nothing.');
    expect(view.fileName).toBe('etc/txt.passwd.txt');
    const file = await regular.call('GET', `/library/sources/${view.id}/file`);
    expect(file.body).toBe('Harmless text about nothing.');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="txt\.passwd\.txt"/);
    expect(file.headers.get('content-security-policy')).toContain('sandbox');
  });

  async function storedFiles(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of world.app.platform.storage.list()) keys.push(key);
    return keys.sort();
  }
});

describe('who may', () => {
  test('regular members read and do not change; guests see nothing; strangers find nothing', async () => {
    const { id } = await ready('rights.txt', 'A text about rights.');
    expect((await regular.call('GET', `/library/sources/${id}`)).status).toBe(200);
    expect((await regular.call('POST', '/library/sources', formOf({ 'r.txt': 'no' }))).status).toBe(403);
    expect((await regular.call('DELETE', `/library/sources/${id}`)).status).toBe(403);
    expect((await guest.call('GET', `/library/sources/${id}`)).status).toBe(403);
    expect((await world.anonymous.call('GET', `/library/sources/${id}`)).status).toBe(401);
    for (const path of ['', '/content', '/chunks', '/file', '/versions']) {
      const foreign = await stranger.call('GET', `/library/sources/${id}${path}`);
      const absent = await stranger.call(
        'GET',
        `/library/sources/01a1fb57-2e9c-73b1-a5c3-589dab083f7b${path}`,
      );
      expect(foreign.status).toBe(404);
      expect({ ...(foreign.body as object), requestId: '' }).toEqual({
        ...(absent.body as object),
        requestId: '',
      });
    }
    expect((await stranger.call('DELETE', `/library/sources/${id}`)).status).toBe(404);
    expect(((await stranger.call('GET', '/library/sources')).body as { items: unknown[] }).items).toEqual([]);
    expect((await source(id)).stage).toBe('ready');
  });
});

describe('the life of a source', () => {
  test('deleting removes rows, index entries and files', async () => {
    const { id } = await ready('gone.txt', 'Zanzibar is mentioned only here.');
    expect((await power.call('DELETE', `/library/sources/${id}`)).status).toBe(204);
    expect((await power.call('GET', `/library/sources/${id}`)).status).toBe(404);
    const found = (await regular.call('GET', '/search?q=zanzibar&mode=keyword')).body as { items: unknown[] };
    expect(found.items).toEqual([]);
    for (const table of ['library_versions', 'library_contents', 'library_chunks']) {
      expect(await world.database.owner(`select 1 from ${table} where source_id = $1`, [id])).toEqual([]);
    }
    await eventually(
      async () => {
        const known = new Set(
          (await world.database.owner('select storage_key from library_versions')).map(
            (row) => row.storage_key,
          ),
        );
        const orphans: string[] = [];
        for await (const { key } of world.app.platform.storage.list()) if (!known.has(key)) orphans.push(key);
        return orphans;
      },
      (orphans) => orphans.length === 0,
    );
  });

  test('reprocessing a ready source makes a new version from the same file', async () => {
    const first = await ready('again.txt', 'Read me twice.');
    const answer = await power.call('POST', `/library/sources/${first.id}/reprocess`);
    expect(answer.status).toBe(202);
    const second = await eventually(
      () => source(first.id),
      (view) => view.version === 2 && view.stage === 'ready',
    );
    expect(second.sha256).toBe(first.sha256);
  });

  test('a file that cannot be read fails with a code and a sentence, and can be tried again', async () => {
    const broken = new Uint8Array(Buffer.from('%PDF-1.7\nthis is no PDF at all'));
    const [item] = (await upload({ 'broken.pdf': broken })).items;
    const view = await settled(item?.id ?? '');
    expect(view).toMatchObject({
      stage: 'failed',
      version: 0,
      failure: { code: expect.stringMatching(/^library\./), message: expect.stringMatching(/\.$/) },
    });
    expect((await regular.call('GET', `/library/sources/${view.id}/content`)).status).toBe(409);
    expect((await power.call('POST', `/library/sources/${view.id}/reprocess`)).status).toBe(202);
    expect((await settled(view.id)).stage).toBe('failed');
  });

  test('what has settled cannot be cancelled', async () => {
    const { id } = await ready('settled.txt', 'Nothing left to do.');
    expect(await power.call('POST', `/library/sources/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'library.wrong_state' },
    });
  });
});

describe('lists', () => {
  /** The ids of every page. */
  async function listed(filter: string): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const path = `/library/sources?limit=3${filter}${cursor ? `&cursor=${cursor}` : ''}`;
      const page = (await regular.call('GET', path)).body as {
        items: SourceView[];
        nextCursor: string | null;
      };
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor);
    return seen;
  }

  test('filters hold together and over pages', async () => {
    const sources = await world.database.owner(
      'select id, stage, task_id, title, file_name from library_sources where organization_id = $1 order by created_at desc, id desc',
      [power.organizationId],
    );
    const ids = (keeps: (source: Record<string, unknown>) => boolean) =>
      sources.filter(keeps).map(({ id }) => String(id));
    const [{ task_id: task } = {}] = sources.filter(({ stage, task_id }) => stage === 'ready' && task_id);
    const ready = ids(({ stage }) => stage === 'ready');
    expect(ready.length).toBeGreaterThan(3);
    expect(await listed('&status=ready')).toEqual(ready);
    expect(await listed('&status=processing')).toEqual(
      ids(({ stage }) => !['ready', 'failed', 'cancelled'].includes(String(stage))),
    );
    expect(await listed(`&taskId=${task}`)).toEqual(ids(({ task_id }) => task_id === task));
    expect(await listed(`&taskId=${task}&status=ready&q=e`)).toEqual(
      ids(
        ({ stage, task_id, title, file_name }) =>
          task_id === task && stage === 'ready' && /e/i.test(`${title} ${file_name ?? ''}`),
      ),
    );
    expect(await listed('&q=100%25')).toEqual([]);
  });

  test('pages by keyset without gaps, filters, and refuses forged cursors and limits', async () => {
    const seen = await listed('');
    const all = await world.database.owner('select id from library_sources where organization_id = $1', [
      power.organizationId,
    ]);
    expect([...seen].sort()).toEqual(all.map((row) => String(row.id)).sort());
    const failed = (await regular.call('GET', '/library/sources?status=failed')).body as {
      items: SourceView[];
    };
    expect(failed.items.every((item) => item.stage === 'failed')).toBe(true);
    expect(
      ((await regular.call('GET', '/library/sources?q=POLICY')).body as { items: SourceView[] }).items,
    ).toHaveLength(1);
    for (const bad of [
      'limit=-1',
      'limit=0',
      'limit=101',
      'limit=x',
      'cursor=abc',
      'cursor=%00',
      'status=nope',
      'unknown=1',
    ]) {
      expect((await regular.call('GET', `/library/sources?${bad}`)).status, bad).toBe(400);
    }
  });
});

describe('collections', () => {
  test('are made, changed with a version, filled, and deleted when empty', async () => {
    const made = await power.call('POST', '/library/collections', { name: 'Rules', language: 'en' });
    expect(made).toMatchObject({ status: 201, body: { name: 'Rules', version: 1, sources: 0 } });
    const { id } = made.body as { id: string };
    expect((await power.call('POST', '/library/collections', { name: 'Rules' })).status).toBe(409);
    expect((await power.call('PATCH', `/library/collections/${id}`, { name: 'Rules 2' })).status).toBe(428);
    expect(
      await power.call('PATCH', `/library/collections/${id}`, { name: 'Rules 2' }, { 'if-match': '"1"' }),
    ).toMatchObject({ status: 200, body: { version: 2 } });
    expect(
      await power.call('PATCH', `/library/collections/${id}`, { name: 'Rules 3' }, { 'if-match': '"1"' }),
    ).toMatchObject({ status: 412, body: { currentVersion: 2 } });
    const inside = await ready('in.txt', 'Inside a collection.', { collectionId: id });
    expect(inside.collectionId).toBe(id);
    expect((await power.call('DELETE', `/library/collections/${id}`)).status).toBe(409);
    await power.call('DELETE', `/library/sources/${inside.id}`);
    expect((await power.call('DELETE', `/library/collections/${id}`)).status).toBe(204);
    expect((await stranger.call('GET', `/library/collections/${id}`)).status).toBe(404);
  });
});

describe('moving', () => {
  const collectionOf = async (name: string) =>
    ((await power.call('POST', '/library/collections', { name })).body as { id: string }).id;
  const move = (id: string, collectionId: unknown, client = power) =>
    client.call('PATCH', `/library/sources/${id}`, { collectionId });
  const found = async (collectionId: string) =>
    (
      (await regular.call('GET', `/search?q=quagga&mode=keyword&collectionId=${collectionId}`)).body as {
        items: { id: string; collectionId: string | null }[];
      }
    ).items;

  test('takes the source out of one collection and into another, for lists, search and the trail', async () => {
    const [from, to] = [await collectionOf('Animals'), await collectionOf('Extinct')];
    const { id } = await ready('quagga.txt', 'The quagga grazed on the plain.', { collectionId: from });
    expect(await move(id, to)).toMatchObject({ status: 200, body: { id, collectionId: to, version: 1 } });
    // The same place, in other letters.
    expect(await move(id, String(to).toUpperCase())).toMatchObject({
      status: 200,
      body: { collectionId: to },
    });
    expect(await found(from)).toEqual([]);
    expect(await found(to)).toMatchObject([{ id, collectionId: to }]);
    expect((await power.call('DELETE', `/library/collections/${from}`)).status).toBe(204);
    expect(await move(id, null)).toMatchObject({ status: 200, body: { collectionId: null } });
    expect(await found(to)).toEqual([]);
    const trail = await world.database.owner(
      "select before, after from audit_events where action = 'source.moved' order by occurred_at",
    );
    expect(trail).toEqual([
      { before: { collectionId: from }, after: { collectionId: to } },
      { before: { collectionId: to }, after: { collectionId: null } },
    ]);
  });

  test('is refused where the same file is already, and by who may not', async () => {
    const to = await collectionOf('Twins');
    const [first, second] = [
      await ready('twin.txt', 'The same in both.', { collectionId: to }),
      await ready('twin.txt', 'The same in both.'),
    ];
    expect(await move(second.id, to)).toMatchObject({
      status: 409,
      body: { code: 'library.already_in_collection' },
    });
    expect((await source(second.id)).collectionId).toBe(null);
    expect((await move(first.id, to)).status).toBe(200);
    const theirs = (await stranger.call('POST', '/library/collections', { name: 'Theirs' })).body as {
      id: string;
    };
    const absent = '01a1fb57-2e9c-73b1-a5c3-589dab083f7b';
    const without = (answer: { body: unknown }) => ({ ...(answer.body as object), requestId: '' });
    const foreign = await move(first.id, theirs.id);
    expect(foreign).toMatchObject({ status: 404, body: { code: 'library.collection_not_found' } });
    expect(without(foreign)).toEqual(without(await move(first.id, absent)));
    expect(without(await move(first.id, theirs.id, stranger))).toEqual(
      without(await move(absent, theirs.id, stranger)),
    );
    expect((await move(first.id, null, regular)).status).toBe(403);
    for (const wrong of [undefined, 'elsewhere', 7]) expect((await move(first.id, wrong)).status).toBe(422);
    expect((await source(first.id)).collectionId).toBe(to);
  });

  test('waits for what is being processed', async () => {
    const to = await collectionOf('Later');
    const { id } = await ready('busy.txt', 'Read again and again.');
    await world.database.owner("update library_sources set stage = 'parsed' where id = $1", [id]);
    expect(await move(id, to)).toMatchObject({ status: 409, body: { code: 'library.still_processing' } });
  });
});

describe('cancelling a batch', () => {
  test('ends what waits and what runs, says so, and can be retried', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `batch-${n}.md`,
        `# Part ${n}\n\n${`Sentence ${n}. `.repeat(300)}`,
      ]),
    );
    const { task, items } = await upload(files);
    expect((await power.call('POST', `/tasks/${task?.id}/cancel`)).status).toBe(202);
    const ended = await eventually(
      async () => (await power.call('GET', `/tasks/${task?.id}`)).body as { status: string },
      ({ status }) => status !== 'queued' && status !== 'running',
    );
    expect(ended).toMatchObject({ status: 'cancelled' });
    const stages = await Promise.all(items.map(async ({ id }) => (await settled(id)).stage));
    expect(new Set(stages)).toContain('cancelled');
    expect((await power.call('POST', `/tasks/${task?.id}/retry`)).status).toBe(202);
    const again = await eventually(
      async () =>
        (await power.call('GET', `/tasks/${task?.id}`)).body as { status: string; startedAt?: string },
      ({ status }) => status !== 'queued' && status !== 'running',
      60_000,
    );
    expect(again).toMatchObject({
      status: 'succeeded',
      progress: { done: 30, total: 30 },
      result: { ready: 30 },
    });
    expect(again.startedAt).toBeDefined();
  });
});
