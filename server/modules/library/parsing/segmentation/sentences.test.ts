import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sentenceEnds } from './sentences.ts';

function sentences(text: string, language: string | null): string[] {
  let start = 0;
  return sentenceEnds(text, language).map((end) => {
    const sentence = text.slice(start, end).trim();
    start = end;
    return sentence;
  });
}

describe('sentenceEnds', () => {
  // Cases after the "golden rules" of pragmatic_segmenter (MIT).
  test.each<[string, string[]]>([
    ['Hello World. My name is Jonas.', ['Hello World.', 'My name is Jonas.']],
    ['What is your name? My name is Jonas.', ['What is your name?', 'My name is Jonas.']],
    ['My name is Jonas E. Smith.', ['My name is Jonas E. Smith.']],
    ['Please turn to p. 55.', ['Please turn to p. 55.']],
    ['Were Jane and co. at the party?', ['Were Jane and co. at the party?']],
    [
      'They closed the deal with Pitt, Briggs & Co. at noon.',
      ['They closed the deal with Pitt, Briggs & Co. at noon.'],
    ],
    ['Let’s ask Mr. Jones and Dr. Smith. They know.', ['Let’s ask Mr. Jones and Dr. Smith.', 'They know.']],
    ['I visited the U.S. last year. It was fine.', ['I visited the U.S. last year.', 'It was fine.']],
    ['She has $100.00 in her bag. It is hers.', ['She has $100.00 in her bag.', 'It is hers.']],
    ['He said "I was there." Then he left.', ['He said "I was there."', 'Then he left.']],
    ['See Fig. 3 for details. The rest is in Sec. 4.', ['See Fig. 3 for details.', 'The rest is in Sec. 4.']],
    [
      'A line that is\nwrapped stays one. The next\none too.',
      ['A line that is\nwrapped stays one.', 'The next\none too.'],
    ],
  ])('English: %s', (text, expected) => {
    expect(sentences(text, 'en')).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['de', 'Er kam am 3. Oktober an. Es regnete.', ['Er kam am 3. Oktober an.', 'Es regnete.']],
    ['de', 'Das gilt z. B. für Äpfel. Birnen nicht.', ['Das gilt z. B. für Äpfel.', 'Birnen nicht.']],
    ['fr', 'M. Dupont est là. Mme. Durand aussi.', ['M. Dupont est là.', 'Mme. Durand aussi.']],
    ['ja', 'これは文です。次の文です。', ['これは文です。', '次の文です。']],
    ['zh', '你好！今天好吗？很好。', ['你好！', '今天好吗？', '很好。']],
  ])('%s: %s', (language, text, expected) => {
    expect(sentences(text, language)).toEqual(expected);
  });

  test('ends ascend and the last is the end of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (text) => {
        const ends = sentenceEnds(text, 'en');
        expect(ends.at(-1)).toBe(text.length);
        expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
      }),
    );
  });

  test('a text longer than a window keeps its sentences whole', () => {
    const one = 'This sentence is here to be repeated until no window holds it all. ';
    expect(sentences(one.repeat(400), 'en')).toEqual(Array.from({ length: 400 }, () => one.trim()));
  });
});
