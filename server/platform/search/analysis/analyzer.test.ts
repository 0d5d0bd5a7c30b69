import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyze, findTerms } from './analyzer.ts';

const counted = (text: string, language: string | null) =>
  analyze(text, language)
    .filter(({ stop }) => !stop)
    .map(({ term }) => term);

describe('analyze', () => {
  test.each([
    ['en', "The company's running engines", ['compani', 'run', 'engin']],
    ['fr', "L'étude des résumés d'aujourd'hui", ['etud', 'resum', 'aujourd', 'hui']],
    ['de', 'Schöne Häuser in der Straße', ['schon', 'haus', 'strass']],
    ['ru', 'Зелёные ёлки', ['зелен', 'елк']],
    ['th', 'ภาษาไทย', ['ภาษา', 'ไทย']],
    ['tr', 'IŞIK', ['ışık']],
    [null, 'Running engines', ['running', 'engines']],
  ])('stems, folds and drops stop words: %s', (language, text, terms) => {
    expect(counted(text, language)).toEqual(terms);
  });

  test.each([
    ['EX-01', 'ex01'],
    ['EX01', 'ex01'],
    ['§12', '§12'],
    ['§ 12', '§12'],
    ['C++', 'c++'],
    ['v2.0.1', 'v2.0.1'],
    ['e-mail', 'email'],
  ])('%s is findable whole', (text, term) => {
    expect(counted(`before ${text}, after`, 'en')).toContain(term);
  });

  test('Chinese and Japanese give words and bigrams, Korean matches across particles', () => {
    expect(counted('自然言語処理', 'ja')).toEqual(expect.arrayContaining(['自然', '言語', '然言']));
    expect(counted('한국어를', 'ko')).toEqual(expect.arrayContaining(['한국', '국어']));
    expect(counted('iPhone手机', 'zh')).toEqual(expect.arrayContaining(['iphone', '手机']));
  });

  test('a stop word is marked, not lost', () => {
    expect(analyze('to be', 'en')).toEqual([
      { term: 'to', start: 0, end: 2, stop: true },
      { term: 'be', start: 3, end: 5, stop: true },
    ]);
  });

  test('every term stands where it says, in any text and language', () => {
    const languages = fc.constantFrom('en', 'fr', 'de', 'zh', 'ja', 'th', 'ar', 'hi', 'xx', null);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), languages, (text, language) => {
        for (const { term, start, end } of analyze(text, language)) {
          expect(term.length).toBeGreaterThan(0);
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(term.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test.each('da de en es fi fr hu it nb nl nn no pt ro sv pl lt id tr ar cs ga ru und'.split(' '))(
    'finds terms where analysing finds them: %s',
    (language) => {
      const letters = fc.constantFrom(
        ..."abcdefghijklmnopqrstuvwxyzABEYäéøßœıİ0b'-".split(''),
        'ge',
        'un',
        'ies',
        'ing',
        'en',
      );
      const word = fc.array(letters, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.nat(), (words, chosen) => {
          const text = words.join(' ');
          const found = analyze(text, language);
          for (const { term } of found.slice(chosen % 8).slice(0, 2))
            expect(findTerms(text, language, new Set([term]))).toEqual(
              found.filter((each) => each.term === term),
            );
        }),
        { numRuns: 1_000 },
      );
    },
  );

  test.each([['a-'], ["a'"], ['a'], ['§'], ['ก'], ['字'], ['한'], ['.'], ['\u0301']])(
    'is linear in %s repeated',
    (piece) => {
      expect(analyze(piece.repeat(100_000), 'en').every(({ term }) => term.length <= 64)).toBe(true);
    },
    20_000,
  );
});
