import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SearchStage, source } from '../../testing/search-stage.ts';

/** Queries that were made to harm. */
export function searchHostileContract(stage: SearchStage): void {
  const { add, ask, ids } = stage;

  describe('hostile queries', () => {
    test('no query fails, and none leaves its own organization', async () => {
      await add(source("Robert'); drop table students;-- %_\\ * ? [x] (y) {z} <script>"));
      const pieces = fc.constantFrom(
        "'",
        '"',
        '\\',
        '%',
        '_',
        '-',
        '-"',
        ';--',
        '$1',
        '\0',
        '\u{1F642}',
        '字',
        'ก',
        ' ',
        'drop table',
        '»',
        '«',
        '\u202e',
        'x',
      );
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: pieces, minLength: 1, maxLength: 40 }),
          fc.constantFrom('keyword', 'semantic', 'hybrid'),
          fc.boolean(),
          async (q, mode, prefix) => {
            const answer = await ask(q, { mode, prefix });
            expect(Array.isArray(answer.hits)).toBe(true);
          },
        ),
        { numRuns: 60 },
      );
      expect(await ids('drop table students')).toHaveLength(1);
    });
  });
}
