import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../kernel/errors.ts';
import type { SearchRequest } from '../port.ts';
import { decodeSearchCursor, encodeSearchCursor } from './cursor.ts';
import { parseQuery } from './parse.ts';
import { phraseTest } from './phrase.ts';
import { makeSnippet } from './snippet.ts';
import { editDistance } from './spelling.ts';

describe('parseQuery', () => {
  test.each([
    ['plain words', ' plain words', [], []],
    ['"exact words" more', 'exact words more', ['exact words'], []],
    [
      '«mots exacts» „genau so“ 「正確」',
      'mots exacts genau so 正確',
      ['mots exacts', 'genau so', '正確'],
      [],
    ],
    ['wing -tail -"swept back"', 'wing', [], ['tail', 'swept back']],
    ['state-of-the-art', 'state-of-the-art', [], []],
    ['an "open quote', 'an "open quote', [], []],
    ['- lone', 'lone', [], []],
    ['"" -""', '""', [], []],
  ])('%s', (query, text, phrases, excluded) => {
    const parsed = parseQuery(query, false);
    expect(parsed.text.replace(/[\s-]+/g, ' ').trim()).toBe(text.replace(/[\s-]+/g, ' ').trim());
    expect(parsed.phrases).toEqual(phrases);
    expect(parsed.excluded).toEqual(excluded);
  });

  test('the end is open only when asked and inside a word', () => {
    expect(parseQuery('aero', true).openEnd).toBe(true);
    expect(parseQuery('aero ', true).openEnd).toBe(false);
    expect(parseQuery('aero', false).openEnd).toBe(false);
  });

  test('no query is wrong', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '-', ' ', 'a', '«', '»', '“', '字'), maxLength: 60 }),
        fc.boolean(),
        (query, prefix) => {
          expect(() => parseQuery(query, prefix)).not.toThrow();
        },
      ),
    );
  });
});

describe('phraseTest', () => {
  test('finds words in order across case, accents and punctuation, and only whole words', () => {
    const holds = phraseTest('Résumé of work');
    expect(holds('a resume of   work!')).toBe(true);
    expect(holds('a resume of workers')).toBe(false);
    expect(holds('work of a resume')).toBe(false);
  });

  test('needs no spaces where the script has none', () => {
    expect(phraseTest('言語処理')('自然言語処理です')).toBe(true);
  });
});

describe('makeSnippet', () => {
  test('highlights inflected forms', () => {
    const { snippet, highlights } = makeSnippet('He was running along.', 'en', new Set(['run']));
    expect(highlights.map(({ start, end }) => snippet.slice(start, end))).toEqual(['running']);
  });

  test('shows the place with the most different matches', () => {
    const text = `${'filler words here. '.repeat(40)}the wing met the tail. ${'more filler text. '.repeat(40)}`;
    const { snippet, highlights } = makeSnippet(text, 'en', new Set(['wing', 'tail']));
    expect(highlights.map(({ start, end }) => snippet.slice(start, end))).toEqual(['wing', 'tail']);
  });

  test('is a part of the text, with ranges in order inside it, and cuts no character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b ', '🙂', 'wing ', '字', '. '), maxLength: 600 }),
        (text) => {
          const { snippet, highlights } = makeSnippet(text, 'en', new Set(['wing', '字']));
          expect(text).toContain(snippet);
          expect(snippet.isWellFormed()).toBe(true);
          let before = 0;
          for (const { start, end } of highlights) {
            expect(start).toBeGreaterThanOrEqual(before);
            expect(end).toBeGreaterThan(start);
            before = end;
          }
          expect(before).toBeLessThanOrEqual(snippet.length);
        },
      ),
    );
  });
});

describe('cursor', () => {
  const request: SearchRequest = { q: 'wing', mode: 'hybrid', limit: 10 };

  test('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 0, max: 1e6 }),
        (score, key, ordinal) => {
          expect(decodeSearchCursor(request, encodeSearchCursor(request, { score, key, ordinal }))).toEqual({
            score,
            key,
            ordinal,
          });
        },
      ),
    );
  });

  test('one of another query is refused', () => {
    const cursor = encodeSearchCursor(request, { score: 1, key: 1, ordinal: 0 });
    expect(() => decodeSearchCursor({ ...request, q: 'tail' }, cursor)).toThrow(AppError);
    expect(() => decodeSearchCursor({ ...request, collectionId: 'x' }, cursor)).toThrow(AppError);
  });

  test('a forged one is refused as malformed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (cursor) => {
        expect(() => decodeSearchCursor(request, cursor)).toThrow(
          expect.objectContaining({ kind: 'malformed' }),
        );
      }),
    );
  });
});

test('edit distance: 0 only for equal words, symmetric, swaps count one', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b, 9)).toBe(editDistance(b, a, 9));
      expect(editDistance(a, b, 9) === 0).toBe(a === b);
      expect(editDistance(a, b, 9)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      for (const most of [0, 1, 2])
        expect(editDistance(a, b, most)).toBe(Math.min(editDistance(a, b, 9), most + 1));
    }),
  );
  expect(editDistance('wing', 'wnig', 2)).toBe(1);
  expect(editDistance('abcdef', 'uvwxyz', 2)).toBe(3);
});
