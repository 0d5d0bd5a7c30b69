import type { StructureItem } from '../../../../client/index.ts';

/** A range of the canonical text in UTF-16 code units, end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface HeadingBlock extends TextRange {
  readonly kind: 'heading';
  /** As the document says, 1 to 6. */
  readonly level: number;
  /** Depth in the page's outline, 2 to 6: like `level`, but never more than one below the heading before it. */
  readonly depth: number;
}

export interface TextBlock extends TextRange {
  readonly kind: 'paragraph' | 'footnote' | 'code' | 'quote';
}

export interface ListBlock extends TextRange {
  readonly kind: 'list';
  readonly items: readonly (TextRange & { readonly level: number })[];
}

export interface TableBlock extends TextRange {
  readonly kind: 'table';
  readonly rows: readonly (readonly TextRange[])[];
}

/** A page begins between two blocks (`start` equals `end`). */
export interface PageBlock extends TextRange {
  readonly kind: 'page';
  readonly page: number;
}

export type Block = HeadingBlock | TextBlock | ListBlock | TableBlock | PageBlock;

export interface PageMark {
  readonly page: number;
  /** Where the page begins in the text. */
  readonly at: number;
}

export interface OutlineEntry {
  readonly title: string;
  readonly level: number;
  readonly start: number;
}

/** Blocks that are drawn, or skipped while far from view, together. */
export interface Section extends TextRange {
  readonly blocks: readonly Block[];
  /** Pages that begin inside one of its blocks; those that begin between blocks are blocks themselves. */
  readonly pages: readonly PageMark[];
}

export interface DocumentLayout {
  readonly sections: readonly Section[];
  readonly outline: readonly OutlineEntry[];
  readonly pages: readonly PageMark[];
}

const SECTION_CHARACTERS = 12_000;

/**
 * Lays out a canonical text by its structure. Every character that is not white space lies in exactly one block: what
 * the structure leaves out becomes paragraphs, so that nothing of the document is hidden.
 */
export function layOut(text: string, structure: readonly StructureItem[]): DocumentLayout {
  const items = structure
    .filter((item) => item.kind !== 'page' && item.start < item.end && item.end <= text.length)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const pages = structure.flatMap((item) =>
    item.kind === 'page' && item.page !== undefined ? [{ page: item.page, at: item.start }] : [],
  );
  const blocks = toBlocks(text, items, pages);
  const outline = items.flatMap((item) =>
    item.kind === 'heading'
      ? [{ title: item.title ?? text.slice(item.start, item.end), level: item.level ?? 1, start: item.start }]
      : [],
  );
  return { sections: toSections(blocks, pages), outline, pages };
}

function toBlocks(text: string, items: readonly StructureItem[], pages: readonly PageMark[]): Block[] {
  const blocks: Block[] = [];
  const upcoming = [...pages].sort((a, b) => a.at - b.at);
  let at = 0;
  let depth = 1;

  function turnPages(until: number) {
    while (upcoming[0] !== undefined && upcoming[0].at <= until) {
      const mark = upcoming.shift();
      // A page that begins within the block before is marked inside of it.
      if (mark !== undefined && mark.at >= at)
        blocks.push({ kind: 'page', page: mark.page, start: mark.at, end: mark.at });
    }
  }

  for (const item of items) {
    const start = Math.max(at, item.start);
    if (start >= item.end) continue;
    blocks.push(...uncovered(text, at, start));
    turnPages(start);
    const range = { start, end: item.end };
    if (item.kind === 'heading') {
      depth = Math.min(depth + 1, 6, (item.level ?? 1) + 1);
      blocks.push({ kind: 'heading', level: item.level ?? 1, depth, ...range });
    } else {
      append(blocks, text, item, range);
    }
    at = item.end;
  }
  blocks.push(...uncovered(text, at, text.length));
  turnPages(text.length);
  return blocks;
}

/** Puts a list item or table row to the block before it when that is of its kind, and anything else after it. */
function append(blocks: Block[], text: string, item: StructureItem, range: TextRange) {
  const last = blocks.at(-1);
  if (item.kind === 'listItem') {
    const entry = { ...range, level: item.level ?? 1 };
    if (last?.kind === 'list') {
      blocks[blocks.length - 1] = { ...last, end: range.end, items: [...last.items, entry] };
    } else {
      blocks.push({ kind: 'list', ...range, items: [entry] });
    }
  } else if (item.kind === 'tableRow') {
    const row = cellsOf(text, range);
    if (last?.kind === 'table' && isOneTable(text, last.end, range.start)) {
      blocks[blocks.length - 1] = { ...last, end: range.end, rows: [...last.rows, row] };
    } else {
      blocks.push({ kind: 'table', ...range, rows: [row] });
    }
  } else {
    blocks.push({ kind: textKind(item.kind), ...range });
  }
}

/** Rows of one table follow each other line by line; an empty line stands between two tables. */
function isOneTable(text: string, end: number, start: number): boolean {
  return !/\n[^\S\n]*\n/.test(text.slice(end, start));
}

function textKind(kind: string): TextBlock['kind'] {
  return kind === 'footnote' || kind === 'code' || kind === 'quote' ? kind : 'paragraph';
}

/** A row's canonical text joins its cells with ` | `. */
function cellsOf(text: string, row: TextRange): TextRange[] {
  const cells: TextRange[] = [];
  let start = row.start;
  for (;;) {
    const bar = text.indexOf(' | ', start);
    if (bar === -1 || bar >= row.end) return [...cells, { start, end: row.end }];
    cells.push({ start, end: bar });
    start = Math.min(row.end, bar + 3);
  }
}

/** Paragraphs for what lies between two blocks. */
function uncovered(text: string, from: number, to: number): TextBlock[] {
  const gap = text.slice(from, to);
  return [...gap.matchAll(/\S(?:[^\n]|\n(?!\s*\n))*/g)].map((match) => {
    const start = from + match.index;
    return { kind: 'paragraph', start, end: start + match[0].trimEnd().length };
  });
}

function toSections(blocks: readonly Block[], pages: readonly PageMark[]): Section[] {
  const groups: Block[][] = [];
  let from = 0;
  for (const block of blocks) {
    const group = groups.at(-1);
    const full = block.end - from > SECTION_CHARACTERS;
    const chapter = block.kind === 'heading' && block.level === 1;
    if (group === undefined || full || chapter) {
      groups.push([block]);
      from = block.start;
    } else {
      group.push(block);
    }
  }
  return groups.map((group, index) => {
    const start = index === 0 ? 0 : (group[0]?.start ?? 0);
    const end = groups[index + 1]?.[0]?.start ?? Number.POSITIVE_INFINITY;
    return { start, end, blocks: group, pages: pages.filter((mark) => mark.at >= start && mark.at < end) };
  });
}
