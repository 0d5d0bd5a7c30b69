import { beforeAll, describe, expect, test } from 'vitest';
import { libraryStage } from '../../testing/library-stage.ts';
import { type Client, eventually, formOf, type World } from '../../testing/world.ts';

const { people, upload, source, settled, ready } = libraryStage();
let world: World;
let power: Client;
let regular: Client;
let guest: Client;
let stranger: Client;
beforeAll(() => {
  ({ world, power, regular, guest, stranger } = people());
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
