import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQuoteFinder } from './ask.quotes.ts';

const findQuote = (passage: string, quote: string) => createQuoteFinder(passage)(quote);

const PASSAGE =
  'The Director said: “We don’t\n  stop – ever.” Own car, each kilometre: $0.61. The ﬁrst rule ap\u00adplies to 31 stations.';

const found = (quote: string, passage = PASSAGE) => {
  const range = findQuote(passage, quote);
  return range && passage.slice(range.start, range.end);
};

describe('createQuoteFinder', () => {
  test.each([
    ['words as they are', 'each kilometre: $0.61', 'each kilometre: $0.61'],
    [
      'other quotation marks, dashes and white space',
      `"We don't stop - ever."`,
      '“We don’t\n  stop – ever.”',
    ],
    ['ligatures and soft hyphens', 'the first rule applies to', 'The ﬁrst rule ap\u00adplies to'],
    ['a stop of its own', 'the director said.', 'The Director said'],
    ['dots where it was cut', '… own car, each kilometre …', 'Own car, each kilometre'],
    ['a number with its word', '31 stations', '31 stations'],
  ])('%s', (_name, quote, expected) => {
    expect(found(quote)).toBe(expected);
  });

  test.each([
    ['another number', 'each kilometre: $0.65'],
    ['a word left out', 'The Director: “We don’t stop'],
    ['omission in the middle', 'The Director said … applies to 31 stations'],
    ['half a word', 'irst rule applies to 31 station'],
    ['too little to prove anything', 'the'],
    ['nothing', ''],
    ['only marks', '… ” –'],
  ])('does not find %s', (_name, quote) => {
    expect(found(quote)).toBeNull();
  });

  test('scripts without spaces', () => {
    expect(found('費用を約三億円', '委員は費用を約三億円と見積もった。')).toBe('費用を約三億円');
    expect(found('費用', '委員は費用を約三億円と見積もった。')).toBeNull();
  });

  test('whatever is copied from a passage is found there again, letter by letter', () => {
    const word = fc.stringMatching(/^[a-zé漢ß]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 4, maxLength: 40 }),
        fc.nat(),
        fc.constantFrom(' ', '\n', '  ', ' \u00a0'),
        (words, at, gap) => {
          const passage = words.join(gap);
          const start = at % (words.length - 3);
          const quote = words.slice(start, start + 4).join(' ');
          const range = findQuote(passage, quote);
          expect(range).not.toBeNull();
          const stored = range === null ? '' : passage.slice(range.start, range.end);
          expect(stored.split(/\s+/u).join(' ')).toBe(quote);
        },
      ),
    );
  });

  test('any input ends in a range of the passage or in nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (passage, quote) => {
        const range = findQuote(passage, quote);
        if (range === null) return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThan(range.start);
        expect(range.end).toBeLessThanOrEqual(passage.length);
      }),
    );
  });
});
