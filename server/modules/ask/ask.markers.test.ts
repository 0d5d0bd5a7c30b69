import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMarkerParser, type Piece } from './ask.markers.ts';

function read(...deltas: string[]): Piece[] {
  const parser = createMarkerParser();
  return [...deltas.flatMap((delta) => parser.push(delta)), ...parser.end()];
}

/** Text pieces joined, so that only what is said counts and not how it was cut. */
function said(pieces: readonly Piece[]): (string | { passage: number; quote: string })[] {
  const result: (string | { passage: number; quote: string })[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === 'quote') result.push({ passage: piece.passage, quote: piece.quote });
    else if (typeof last === 'string') result[result.length - 1] = last + piece.text;
    else result.push(piece.text);
  }
  return result;
}

const q = (passage: number, quote: string) => ({ passage, quote });

describe('createMarkerParser', () => {
  test.each([
    ['a citation before the stop', 'It is so [1: "as it is"].', ['It is so', q(1, 'as it is'), '.']],
    [
      'a citation after the stop',
      'It is so. [1: "as it is"] Next.',
      ['It is so.', q(1, 'as it is'), ' Next.'],
    ],
    ['two citations', 'So [1: "a b c"][2: “d e f”].', ['So', q(1, 'a b c'), q(2, 'd e f'), '.']],
    ['two in one bracket', 'So [1: "a b"; 12: "c d"].', ['So', q(1, 'a b'), q(12, 'c d'), '.']],
    [
      'brackets and quotation marks in the quote',
      '[3: "he said "no" [sic] twice"]',
      [q(3, 'he said "no" [sic] twice')],
    ],
    ['a citation in mid-sentence', 'One [1: "x y z"] and two.', ['One', q(1, 'x y z'), ' and two.']],
    ['a number alone', 'It is so [1]. And [2, 3] so.', ['It is so. And so.']],
    ['a citation cut off', 'It is so [1: "as it', ['It is so']],
    ['lines', 'One.\n\nTwo.', ['One.\n\nTwo.']],
    ['white space around the whole', '  One. \n', ['One.']],
    ['less than', 'x < y and a<3', ['x < y and a<3']],
    ['words that begin like an address', 'the ht and https and w', ['the ht and https and w']],
  ] as const)('%s', (_name, input, expected) => {
    expect(said(read(input))).toEqual(expected);
  });

  test.each([
    ['a Markdown link', '[click](https://evil.example/?q=secret)'],
    ['a Markdown image', '![x](http://evil.example/a.png)'],
    ['a reference link', '[x][y]\n\n[y]: https://evil.example'],
    ['a tag', '<img src="//evil.example/x" onerror=alert(1)><script>alert(1)</script>'],
    ['an automatic link', '<https://evil.example> www.evil.example HTTPS://evil.example'],
    ['characters that turn text around', 'abc\u202egpj.exe\u2066 \u0007'],
  ])('makes plain text of %s', (_name, input) => {
    const text = said(read(input)).join('');
    expect(text.replaceAll('\n', '')).not.toMatch(
      /\[|\]|<[a-z/!?]|:\/|www\.|\p{Cc}|[\u202a-\u202e\u2066-\u2069]/iu,
    );
  });

  test('a quote without end is given up, and memory stays bounded', () => {
    const pieces = read('Before [1: "', ...Array.from({ length: 3000 }, () => 'x'), '"] after.');
    expect(pieces.every((piece) => piece.kind === 'text')).toBe(true);
  });

  test('how the answer is cut into deltas changes nothing', () => {
    const part = fc.constantFrom(
      'Word ',
      'end. ',
      '[1: "a quote"]',
      '[',
      ']',
      '"',
      '12',
      ': ',
      '\n',
      '<b>',
      '<',
      'https://x.y',
      'http',
      'www.',
      '(',
      '!',
      '  ',
      '“',
      '”',
      '漢字。',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 25 }),
        fc.array(fc.nat({ max: 6 }), { minLength: 1 }),
        (parts, sizes) => {
          const input = parts.join('');
          const deltas: string[] = [];
          for (let at = 0, i = 0; at < input.length; i++) {
            const size = 1 + (sizes[i % sizes.length] ?? 0);
            deltas.push(input.slice(at, at + size));
            at += size;
          }
          expect(said(read(...deltas))).toEqual(said(read(input)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('what comes out never holds a link, an image or a tag', () => {
    const part = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '!',
      '<',
      '/',
      'a',
      'h',
      't',
      'p',
      's',
      ':',
      'http',
      '://',
      'w',
      '.',
      '1',
      '"',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (deltas) => {
        const text = said(read(...deltas))
          .filter((piece) => typeof piece === 'string')
          .join('');
        expect(text).not.toMatch(/\]\(|<[a-z/!?]|https?:\/\//i);
      }),
      { numRuns: 1000 },
    );
  });
});
