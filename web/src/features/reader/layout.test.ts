import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StructureItem } from '../../../../client/index.ts';
import { type Block, layOut, type TextRange } from './layout.ts';

function leaves(block: Block): readonly TextRange[] {
  if (block.kind === 'list') return block.items;
  if (block.kind === 'table') return block.rows.flat();
  return block.kind === 'page' ? [] : [block];
}

function blocksOf(text: string, structure: readonly StructureItem[]): Block[] {
  return layOut(text, structure).sections.flatMap((section) => [...section.blocks]);
}

/** Words of five letters in lines and paragraphs, with items at random places, sorted or not. */
const document = fc
  .array(fc.constantFrom('lorem', 'ipsum', ' ', '\n', '\n\n', ' | '), { maxLength: 60 })
  .map((words) => words.join(''))
  .chain((text) => {
    const at = fc.nat({ max: text.length });
    const item = fc.record(
      {
        kind: fc.constantFrom(
          'heading',
          'paragraph',
          'listItem',
          'tableRow',
          'footnote',
          'code',
          'quote',
          'page',
          'new',
        ),
        level: fc.integer({ min: 1, max: 6 }),
        page: fc.integer({ min: 1, max: 9 }),
        start: at,
        end: at,
      },
      { requiredKeys: ['kind', 'start', 'end'] },
    );
    return fc.record({ text: fc.constant(text), structure: fc.array(item, { maxLength: 12 }) });
  });

describe('laying out a document', () => {
  test('shows every character that is not white space or a cell border exactly once, in order', () => {
    fc.assert(
      fc.property(document, ({ text, structure }) => {
        let at = 0;
        for (const { start, end } of blocksOf(text, structure).flatMap(leaves)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(text.slice(at, start)).toMatch(/^[\s|]*$/);
          at = end;
        }
        expect(text.slice(at)).toMatch(/^[\s|]*$/);
      }),
      { numRuns: 500 },
    );
  });

  test('rows become one table, items one list, and a page between them divides them', () => {
    const text = 'a | b\nc | d\n- x\n- y';
    const row = (start: number, end: number): StructureItem => ({ kind: 'tableRow', start, end });
    const item = (start: number, end: number): StructureItem => ({ kind: 'listItem', level: 1, start, end });
    const structure = [row(0, 5), row(6, 11), item(12, 15), item(16, 19)];
    const blocks = blocksOf(text, structure);
    expect(blocks.map((block) => block.kind)).toEqual(['table', 'list']);
    expect(blocks[0]).toMatchObject({
      rows: [
        [
          { start: 0, end: 1 },
          { start: 4, end: 5 },
        ],
        [
          { start: 6, end: 7 },
          { start: 10, end: 11 },
        ],
      ],
    });
    const divided = blocksOf(text, [...structure, { kind: 'page', page: 2, start: 16, end: 19 }]);
    expect(divided.map((block) => block.kind)).toEqual(['table', 'list', 'page', 'list']);
  });

  test('headings keep their level, and the outline of the page never skips one', () => {
    const text = 'one two six';
    const heading = (level: number, start: number): StructureItem => ({
      kind: 'heading',
      level,
      start,
      end: start + 3,
    });
    const blocks = blocksOf(text, [heading(1, 0), heading(4, 4), heading(6, 8)]);
    expect(blocks).toMatchObject([
      { level: 1, depth: 2 },
      { level: 4, depth: 3 },
      { level: 6, depth: 4 },
    ]);
  });

  test('a page that begins inside a paragraph stays with its section', () => {
    const layout = layOut('one two', [
      { kind: 'paragraph', start: 0, end: 7 },
      { kind: 'page', page: 2, start: 4, end: 7 },
    ]);
    expect(layout.sections.map((section) => section.pages)).toEqual([[{ page: 2, at: 4 }]]);
  });
});
