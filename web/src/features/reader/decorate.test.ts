import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decorate, findAll, MOST_HITS } from './decorate.ts';

const range = fc
  .tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) + 1 }));

describe('decorating a range', () => {
  test('the pieces are exactly the range, and each is cited or not as a whole', () => {
    fc.assert(
      fc.property(range, range, fc.array(fc.nat({ max: 40 }), { maxLength: 3 }), (whole, cited, pages) => {
        const marks = pages.map((at, index) => ({ at, page: index + 1 })).sort((a, b) => a.at - b.at);
        const pieces = decorate(whole, { cited, found: [], current: undefined, pages: marks });
        let at = whole.start;
        for (const piece of pieces) {
          if (piece.kind === 'page') {
            expect(piece.at).toBe(at);
            continue;
          }
          expect(piece.start).toBe(at);
          for (let index = piece.start; index < piece.end; index += 1) {
            expect(piece.cited).toBe(index >= cited.start && index < cited.end);
          }
          at = piece.end;
        }
        expect(at).toBe(whole.end);
      }),
    );
  });

  test('hits are told from the one that the reader stands on', () => {
    const found = [
      { start: 0, end: 2 },
      { start: 4, end: 6 },
    ];
    const pieces = decorate({ start: 0, end: 8 }, { cited: undefined, found, current: found[1], pages: [] });
    expect(pieces.map((piece) => (piece.kind === 'text' ? piece.found : ''))).toEqual([
      'yes',
      'no',
      'current',
      'no',
    ]);
  });
});

describe('finding words', () => {
  test('ignores case, and any white space matches a line break', () => {
    expect(findAll('The Old\n  river, the old RIVER', 'old river')).toEqual([
      { start: 4, end: 15 },
      { start: 21, end: 30 },
    ]);
  });

  test('takes what was typed as words, not as a pattern', () => {
    expect(findAll('a.c abc (a', 'a.c')).toEqual([{ start: 0, end: 3 }]);
    expect(findAll('a.c abc (a', '(a')).toEqual([{ start: 8, end: 10 }]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (needle) => Array.isArray(findAll('some text', needle))),
    );
  });

  test('finds nothing for nothing and stops counting in time', () => {
    expect(findAll('text', '  ')).toEqual([]);
    expect(findAll('a'.repeat(MOST_HITS * 2), 'a')).toHaveLength(MOST_HITS);
  });
});
