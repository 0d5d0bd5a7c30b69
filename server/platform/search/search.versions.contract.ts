import { beforeEach, describe, expect, test } from 'vitest';
import type { OrganizationActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { type SearchStage, signal, source } from '../../testing/search-stage.ts';
import type { SearchPlatform } from './index.ts';

/** Versions of a document: staged, active, changed, removed. */
export function searchVersionsContract(stage: SearchStage): void {
  const { add, ask, ids, inTx, platform } = stage;
  let here: OrganizationActor;
  let search: SearchPlatform;
  beforeEach(() => {
    ({ here, search } = stage.now());
  });

  describe('versions', () => {
    test('a staged version is invisible until it is activated, then the one before is gone', async () => {
      const first = await add(source('ancient words'));
      const second = { ...source('modern words'), id: first.id, version: 2 };
      await search.index.stage(here, second, signal);
      expect((await ask('words')).hits.map((hit) => hit.version)).toEqual([1]);
      expect(await ids('modern')).toEqual([]);
      await inTx(here, (tx) => search.index.activate(tx, here, second));
      expect((await ask('words')).hits.map((hit) => hit.version)).toEqual([2]);
      expect(await ids('ancient')).toEqual([]);
    });

    test('staging and activating twice changes nothing', async () => {
      const document = await add(source('twice'));
      const score = (await ask('twice')).hits[0]?.score;
      await add(document);
      expect((await ask('twice')).hits.map((hit) => hit.score)).toEqual([score]);
    });

    test('an old version that comes late does not push out a newer one', async () => {
      const newer = await add({ ...source('newer words'), version: 2 });
      await search.index.stage(here, { ...source('older words'), id: newer.id, version: 1 }, signal);
      await inTx(here, (tx) => search.index.activate(tx, here, { ...newer, version: 1 }));
      expect((await ask('words')).hits.map((hit) => hit.version)).toEqual([2]);
    });

    test('activating what was not staged is refused', async () => {
      await expect(
        inTx(here, (tx) => search.index.activate(tx, here, { type: 'source', id: newId(), version: 1 })),
      ).rejects.toMatchObject({
        code: 'search.not_staged',
      });
    });

    test('a transaction that rolls back leaves what was', async () => {
      const document = source('perhaps');
      await search.index.stage(here, document, signal);
      const rolledBack = inTx(here, async (tx) => {
        await search.index.activate(tx, here, document);
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      expect(await ids('perhaps')).toEqual([]);
    });

    test('removed is gone, and removing again is no error', async () => {
      const document = await add(source('ephemeral'));
      expect(await ids('ephemeral')).toEqual([document.id]);
      await inTx(here, (tx) => search.index.remove(tx, here, document));
      await inTx(here, (tx) => search.index.remove(tx, here, document));
      expect(await ids('ephemeral')).toEqual([]);
    });

    test('an update moves it and renames it at once', async () => {
      const document = await add(source('some text', { title: 'Oldname' }));
      const collectionId = newId();
      await inTx(here, (tx) => search.index.update(tx, here, document, { title: 'Newname', collectionId }));
      expect(await ids('oldname')).toEqual([]);
      expect((await ask('newname', { collectionId })).hits).toMatchObject([
        { title: 'Newname', collectionId },
      ]);
    });

    test('two processes agree after every change', async () => {
      const other = platform();
      const document = await add(source('shared knowledge'));
      expect(await ids('knowledge', {}, here, other)).toEqual([document.id]);
      await inTx(here, (tx) => search.index.remove(tx, here, document));
      const next = await add(source('more knowledge'), here, other);
      expect(await ids('knowledge')).toEqual([next.id]);
      expect(await ids('knowledge', {}, here, other)).toEqual([next.id]);
    });
  });
}
