import { beforeAll, describe, expect, test } from 'vitest';
import { libraryStage } from '../../testing/library-stage.ts';
import { type Client, eventually, formOf, type World } from '../../testing/world.ts';
import type { ChunkPage, ContentView, UploadAnswer } from './library.schemas.ts';

const HANDBOOK =
  '# Leave\n\nEmployees have 25 days of leave a year.\n\n# Travel\n\nTrains are preferred to planes.\n';

const { people, upload, settled, ready } = libraryStage();
let world: World;
let power: Client;
let regular: Client;
beforeAll(() => {
  ({ world, power, regular } = people());
});

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
