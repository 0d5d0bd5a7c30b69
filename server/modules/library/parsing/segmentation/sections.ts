import type { ParsedDocument, StructureItem } from '../port.ts';

export interface Block {
  readonly start: number;
  readonly end: number;
  readonly heading: boolean;
}

/** A heading (or none, at the beginning) and the blocks below it, up to the next heading of any level. */
export interface Section {
  readonly path: readonly { readonly level: number; readonly title: string }[];
  readonly blocks: Block[];
}

/** A run of sections that a chunk may join: it ends before every heading of level 1 or 2. */
export type Chapter = Section[];

const CHAPTER_LEVEL = 2;

function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, end).trim() === '';
}

/** The blocks of a document without gaps: text that the structure does not know becomes a block of its own. */
function* blocksOf(
  document: ParsedDocument,
): Generator<{ item: StructureItem | null; start: number; end: number }> {
  const { text, structure } = document;
  const items = structure.filter((item) => item.kind !== 'page').toSorted((a, b) => a.start - b.start);
  let at = 0;
  for (const item of items) {
    const start = Math.max(at, item.start);
    if (start > at && !isBlank(text, at, start)) yield { item: null, start: at, end: start };
    const end = Math.min(text.length, item.end);
    if (end <= start) continue;
    if (!isBlank(text, start, end)) yield { item, start, end };
    at = end;
  }
  if (!isBlank(text, at, text.length)) yield { item: null, start: at, end: text.length };
}

function isHeadingOnly(section: Section): boolean {
  return section.blocks.every((block) => block.heading);
}

function level(section: Section | undefined): number {
  return section?.path.at(-1)?.level ?? 0;
}

/** Joins a chapter that is no more than its heading (a title page) to the chapter below it, to which it leads. */
function joinTitles(chapters: readonly Chapter[]): Chapter[] {
  const joined: Chapter[] = [];
  let waiting: Chapter = [];
  for (const [index, chapter] of chapters.entries()) {
    const next = chapters[index + 1];
    if (next && chapter.every(isHeadingOnly) && level(chapter.at(-1)) < level(next[0])) {
      waiting.push(...chapter);
      continue;
    }
    joined.push([...waiting, ...chapter]);
    waiting = [];
  }
  return joined;
}

export function chaptersOf(document: ParsedDocument): Chapter[] {
  const chapters: Chapter[] = [];
  let section: Section | null = null;
  for (const { item, start, end } of blocksOf(document)) {
    const heading = item?.kind === 'heading';
    const block = { start, end, heading };
    if (heading || !section) {
      const depth = heading ? (item.level ?? 1) : 0;
      const above: Section['path'] = section?.path.filter((entry) => entry.level < depth) ?? [];
      section = {
        path: heading ? [...above, { level: depth, title: item.title ?? '' }] : [],
        blocks: [block],
      };
      const last = chapters.at(-1);
      if (!last || (heading && depth <= CHAPTER_LEVEL)) chapters.push([section]);
      else last.push(section);
    } else {
      section.blocks.push(block);
    }
  }
  return joinTitles(chapters);
}

/** The headings that stand above everything in these sections. Sections that only lead to the next do not narrow it. */
export function commonPath(sections: readonly Section[]): string[] {
  const withText = sections.filter((section) => !isHeadingOnly(section));
  const [first, ...rest] = withText.length > 0 ? withText : sections.slice(-1);
  if (!first) return [];
  const shared = first.path.filter((entry, index) => rest.every((section) => section.path[index] === entry));
  return shared.map((entry) => entry.title);
}
