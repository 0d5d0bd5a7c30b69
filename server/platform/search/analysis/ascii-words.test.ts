import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainWordEnd, skipToWord } from './ascii-words.ts';
import { languageOf } from './languages.ts';
import { COMPOUND, tokenize } from './tokenize.ts';

const PIECES = [
  'a',
  'Z',
  '9',
  ' ',
  "'",
  '-',
  '_',
  '.',
  '/',
  '+',
  '#',
  '\n',
  '$',
  'é',
  '\u0301',
  '’',
  '§',
  '字',
  '\u00ad',
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''));
const compounds = (from: string) => Array.from(from.matchAll(new RegExp(COMPOUND, 'gv')));

describe('plain ASCII words', () => {
  test('are compounds of the pattern from their beginning to their end', () => {
    fc.assert(
      fc.property(text, (written) => {
        for (const { 0: found, index } of compounds(written)) {
          const end = plainWordEnd(written, index);
          if (end !== null) expect(written.slice(index, end)).toBe(found);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('are recognised wherever a compound is letters and digits of ASCII between spaces', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9]{1,20}$/),
        fc.constantFrom('', ' ', ', ', '. ', '-'),
        (word, after) => {
          expect(plainWordEnd(`${word}${after}`, 0)).toBe(word.length);
        },
      ),
    );
  });

  test('nothing that is skipped belongs to a token, and cutting word by word finds what the pattern finds', () => {
    const english = languageOf('en');
    fc.assert(
      fc.property(text, (written) => {
        const at = skipToWord(written, 0);
        expect(compounds(written.slice(0, at))).toEqual([]);
        const words = tokenize(written, english).filter(({ kind }) => kind === 'word');
        for (const { start, end } of words)
          expect(
            compounds(written).some(({ 0: found, index }) => index <= start && end <= index + found.length),
          ).toBe(true);
        for (const { 0: found, index } of compounds(written))
          if (/^[A-Za-z0-9]+$/.test(found))
            expect(words).toContainEqual({
              kind: 'word',
              surface: found.toLowerCase(),
              start: index,
              end: index + found.length,
            });
      }),
      { numRuns: 2_000 },
    );
  });
});
