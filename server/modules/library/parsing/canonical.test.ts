import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BlockKind, CanonicalTextBuilder, canonicalLine, canonicalText } from './canonical.ts';
import { ParseError } from './failures.ts';

/** Text with everything that the rules are about: controls, lone surrogates, marks that compose, every kind of line end. */
const wild = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        'e\u0301',
        '\u0301',
        '\ud800',
        '\udc00',
        '\0',
        '\r\n',
        '\r',
        '\u2028',
        '\u0085',
        '\u00ad',
        '\ufeff',
        ' ',
        '\n\n',
        '\t',
        '\u1100',
        '\u1161',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const kinds = fc.constantFrom<BlockKind>(
  'heading',
  'paragraph',
  'listItem',
  'tableRow',
  'footnote',
  'code',
  'quote',
);
const blocks = fc.array(
  fc.record({
    kind: kinds,
    parts: fc.array(fc.record({ text: wild, turn: fc.boolean(), glue: fc.constantFrom<'' | ' '>('', ' ') }), {
      minLength: 1,
      maxLength: 3,
    }),
    tight: fc.boolean(),
    verbatim: fc.boolean(),
    indent: fc.nat(4),
  }),
  { maxLength: 8 },
);

function isCanonical(text: string): boolean {
  return text === text.normalize('NFC') && text.isWellFormed() && !/(?![\t\n])\p{Cc}/u.test(text);
}

describe('the canonical text', () => {
  test('is NFC, without controls, lone surrogates and byte order marks, whatever comes in', () => {
    fc.assert(
      fc.property(wild, (text) => {
        const canonical = canonicalText(text);
        expect(isCanonical(canonical)).toBe(true);
        expect(canonicalText(canonical)).toBe(canonical);
      }),
    );
  });

  test('keeps every block in its range, in order, without overlap, and pages around them', () => {
    fc.assert(
      fc.property(blocks, (input) => {
        const builder = new CanonicalTextBuilder(1_000_000);
        let page = 1;
        for (const block of input) {
          const parts = block.parts.map(({ text, turn, glue }) => {
            if (turn) page += 1;
            return { text, page, glue };
          });
          builder.add(block.kind, parts, {
            level: 2,
            tight: block.tight,
            verbatim: block.verbatim,
            indent: block.indent,
          });
        }
        const { text, structure } = builder.finish();
        expect(isCanonical(text)).toBe(true);
        let end = 0;
        for (const item of structure) {
          expect(item.end).toBeGreaterThan(item.start);
          expect(item.end).toBeLessThanOrEqual(text.length);
          expect(/^[\udc00-\udfff]/.test(text.slice(item.start))).toBe(false);
          if (item.kind === 'page') continue;
          expect(item.start).toBeGreaterThanOrEqual(end);
          expect(text.slice(item.start, item.end).trim()).not.toBe('');
          expect(text.slice(end, item.start).trim()).toBe('');
          if (item.kind === 'heading') expect(item.title).toBeTruthy();
          end = item.end;
        }
        expect(text.slice(end).trim()).toBe('');
        const pages = structure.filter((item) => item.kind === 'page');
        for (const [index, item] of pages.entries())
          expect(item.start).toBeGreaterThanOrEqual(pages[index - 1]?.end ?? 0);
      }),
    );
  });

  test('parts blocks by a blank line, tight ones by a line end, and joins the parts of a block over a page', () => {
    const builder = new CanonicalTextBuilder(1_000);
    builder.add('heading', [{ text: 'One\n two', page: 1 }], { level: 9 });
    builder.add('listItem', [{ text: '- a', page: 1 }]);
    builder.add('listItem', [{ text: '- b', page: 1 }], { tight: true, indent: 2 });
    builder.add('paragraph', [
      { text: 'be', page: 1 },
      { text: 'gin', page: 2, glue: '' },
    ]);
    const { text, structure } = builder.finish();
    expect(text).toBe('One two\n\n- a\n  - b\n\nbegin');
    expect(structure).toEqual([
      { kind: 'page', page: 1, start: 0, end: 22 },
      { kind: 'heading', level: 6, title: 'One two', page: 1, start: 0, end: 7 },
      { kind: 'listItem', page: 1, start: 9, end: 12 },
      { kind: 'listItem', page: 1, start: 15, end: 18 },
      { kind: 'paragraph', page: 1, start: 20, end: 25 },
      { kind: 'page', page: 2, start: 22, end: 25 },
    ]);
  });

  test('keeps the spaces of verbatim blocks and no others', () => {
    const builder = new CanonicalTextBuilder(1_000);
    builder.add('code', '\n  if (a)  b;  \n\n  c\n', { verbatim: true });
    builder.add('paragraph', '  a \t b \n\n\n c ');
    builder.add('paragraph', ' \n ');
    expect(builder.finish().text).toBe('  if (a)  b;\n\n  c\n\na b\nc');
  });

  test('stops at the limit', () => {
    const builder = new CanonicalTextBuilder(10);
    builder.add('paragraph', '123456789');
    expect(() => builder.add('paragraph', 'x')).toThrow(ParseError);
  });

  test('a line is trimmed and has single spaces', () => {
    expect(canonicalLine('  e\u0301\n\u00a0x\0 ')).toBe('é x');
  });
});
