import { describe, expect, test } from 'vitest';
import { type SearchStage, source } from '../../testing/search-stage.ts';

/** Hits page by page. */
export function searchPagesContract(stage: SearchStage): void {
  const { add, ask, ids } = stage;

  describe('pages', () => {
    test.each(['keyword', 'semantic', 'hybrid'] as const)(
      '%s: following cursors gives every hit once, in the order of one page',
      async (mode) => {
        for (let i = 0; i < 12; i++) await add(source(`page ${'page '.repeat(i % 4)} number ${i}`));
        const whole = await ids('page', { mode, limit: 100 });
        expect(whole).toHaveLength(12);
        const followed: string[] = [];
        let cursor: string | undefined;
        do {
          const part = await ask('page', { mode, limit: 5, cursor });
          followed.push(...part.hits.map((hit) => hit.id));
          cursor = part.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(followed).toEqual(whole);
      },
    );

    test('phrases page too', async () => {
      for (let i = 0; i < 7; i++) await add(source(`exact phrase ${i}`));
      const first = await ask('"exact phrase"', { limit: 4 });
      const second = await ask('"exact phrase"', { limit: 4, cursor: first.nextCursor ?? '' });
      expect(new Set([...first.hits, ...second.hits].map((hit) => hit.id)).size).toBe(7);
      expect(second.nextCursor).toBeNull();
    });

    test('a forged cursor is malformed', async () => {
      await expect(ask('page', { cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ kind: 'malformed' });
    });
  });
}
