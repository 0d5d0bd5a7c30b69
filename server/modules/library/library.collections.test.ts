import { beforeAll, describe, expect, test } from 'vitest';
import { libraryStage } from '../../testing/library-stage.ts';
import type { Client, World } from '../../testing/world.ts';

const { people, source, ready } = libraryStage();
let world: World;
let power: Client;
let regular: Client;
let stranger: Client;
beforeAll(() => {
  ({ world, power, regular, stranger } = people());
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
