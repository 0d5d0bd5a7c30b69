import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, type OrganizationActor, publicActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { type SearchStage, source } from '../../testing/search-stage.ts';

/** Who may find what, and what the caller wants to be left out. */
export function searchVisibilityContract(stage: SearchStage): void {
  const { add, ask, ids, organization } = stage;
  let here: OrganizationActor;
  beforeEach(() => {
    ({ here } = stage.now());
  });

  describe('who may find what', () => {
    test('another organization finds nothing, whatever it asks', async () => {
      const there = await organization();
      const document = await add(source('secret plans'));
      await add(source('public plans'), there);
      for (const mode of ['keyword', 'semantic', 'hybrid'] as const) {
        expect(await ids('secret plans', { mode }, there)).not.toContain(document.id);
      }
      expect((await ask('sekret', {}, there)).correctedTo).toBeNull();
      expect(await ids('secret', {}, publicActor('test'))).toEqual([]);
    });

    test('audience: a minimum role, or a person by name', async () => {
      const userId = newId();
      const forAdmins = await add(source('memo alpha', { audience: ['role:admin'] }));
      const forRegular = await add(source('memo beta', { audience: ['role:regular'] }));
      const forOne = await add(source('memo gamma', { audience: [`user:${userId}`] }));
      const as = (role: 'admin' | 'regular' | 'guest', user: string | null = null): Actor => ({
        ...here,
        kind: 'user',
        role,
        userId: user,
      });
      for (const mode of ['keyword', 'hybrid', 'semantic'] as const) {
        expect(new Set(await ids('memo', { mode }, as('admin')))).toEqual(
          new Set([forAdmins.id, forRegular.id]),
        );
        expect(await ids('memo', { mode }, as('regular'))).toEqual([forRegular.id]);
        expect(await ids('memo', { mode }, as('guest'))).toEqual([]);
        expect(await ids('memo', { mode }, as('guest', userId))).toEqual([forOne.id]);
      }
    });

    test('a correction never tells a word that the caller may not see', async () => {
      await add(source('Operation Nightingale', { audience: ['role:admin'] }));
      const guest: Actor = { ...here, kind: 'user', role: 'guest' };
      expect((await ask('nightingail', {}, guest)).correctedTo).toBeNull();
      expect((await ask('nightingail')).correctedTo).toBe('nightingale');
    });

    test('filters by type, collection and language', async () => {
      const collectionId = newId();
      const english = await add(source('common term', { collectionId }));
      const french = await add(source('common term', { language: 'fr-CA', type: 'entry' }));
      for (const mode of ['keyword', 'semantic', 'hybrid'] as const) {
        expect(await ids('common', { mode, types: ['entry'] })).toEqual([french.id]);
        expect(await ids('common', { mode, collectionId })).toEqual([english.id]);
        expect(await ids('common', { mode, language: 'fr' })).toEqual([french.id]);
        expect(await ids('common', { mode, types: ['other'] })).toEqual([]);
      }
    });
  });
}
