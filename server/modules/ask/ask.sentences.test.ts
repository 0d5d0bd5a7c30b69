import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitSentences, withoutMarks } from './ask.sentences.ts';

const sentences = (text: string, language: string | null = 'en') =>
  splitSentences(text, language).map((range) => text.slice(range.start, range.end));

describe('splitSentences', () => {
  test.each([
    [
      'en',
      'Dr. Smith met J. R. Brown at 10:30. They left.',
      ['Dr. Smith met J. R. Brown at 10:30.', 'They left.'],
    ],
    [
      'en',
      'See Fig. 3, p. 12, e.g. the left part. It is clear.',
      ['See Fig. 3, p. 12, e.g. the left part.', 'It is clear.'],
    ],
    ['en', 'It rained.[2] The river rose.', ['It rained.[2]', 'The river rose.']],
    [
      'de',
      'Sie ist vom 1. März bis zum 30. Juni besetzt. Danach nicht.',
      ['Sie ist vom 1. März bis zum 30. Juni besetzt.', 'Danach nicht.'],
    ],
    ['ja', '費用は三億円です。期間は二年です。', ['費用は三億円です。', '期間は二年です。']],
    [null, 'One. Two!', ['One.', 'Two!']],
    ['not a language', 'One. Two!', ['One.', 'Two!']],
  ])('%s: %s', (language, text, expected) => {
    expect(sentences(text, language)).toEqual(expected);
  });

  test('lines are sentences of their own, but a wrapped line goes on', () => {
    expect(
      sentences(
        '6. Duties\nReports to: the Minister\n- leads the team\n- plans\n\nThe team has, in every year since it was made,\nnine members.',
      ),
    ).toEqual([
      '6. Duties',
      'Reports to: the Minister',
      '- leads the team',
      '- plans',
      'The team has, in every year since it was made,\nnine members.',
    ]);
  });

  test('ranges are in order, apart, trimmed, hold every visible character, and cut no character in two', () => {
    const alphabet = fc.constantFrom(
      'a',
      'B',
      '.',
      ' ',
      '\n',
      '1',
      '。',
      '漢',
      '👋',
      ' | ',
      '[2]',
      '- ',
      '?',
      '\u0301',
      'Dr.',
    );
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 900 }),
        fc.constantFrom('en', 'ja', 'de', null),
        (parts, language) => {
          const text = parts.join('');
          let end = 0;
          let kept = '';
          for (const range of splitSentences(text, language)) {
            const sentence = text.slice(range.start, range.end);
            expect(range.start).toBeGreaterThanOrEqual(end);
            expect(sentence).toBe(sentence.trim());
            expect(sentence.isWellFormed()).toBe(true);
            expect(sentence.length).toBeLessThanOrEqual(500);
            kept += sentence;
            end = range.end;
          }
          expect(kept.replace(/\s/gu, '')).toBe(text.replace(/\s/gu, ''));
        },
      ),
    );
  });
});

test('marks of lists and footnotes are left out', () => {
  const clean = (text: string) => {
    const { start, end } = withoutMarks(text, { start: 0, end: text.length });
    return text.slice(start, end);
  };
  expect(clean('- leads the team')).toBe('leads the team');
  expect(clean('(b) plans')).toBe('plans');
  expect(clean('[3] Mrs. Tolland reads it.[4]')).toBe('Mrs. Tolland reads it.');
  expect(clean('[3]')).toBe('');
  expect(clean('2024 was wet')).toBe('2024 was wet');
});
