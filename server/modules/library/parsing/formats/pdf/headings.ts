import type { Layout, PdfParagraph } from './paragraphs.ts';

/** An entry of the file's outline ("bookmarks"), with its depth from 1. */
export interface OutlineEntry {
  readonly title: string;
  readonly depth: number;
}

/** How much larger than the running text a heading must be. */
const LARGER = 1.14;
const MAX_LINES = 4;
const MAX_CHARS = 200;
const MAX_SIZES = 4;

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function textOf(paragraph: PdfParagraph): string {
  return paragraph.lines.map((line) => line.text).join(' ');
}

function mayBeHeading(paragraph: PdfParagraph): boolean {
  if (paragraph.kind === 'row' || paragraph.kind === 'note' || paragraph.lines.length > MAX_LINES)
    return false;
  const text = textOf(paragraph);
  return text.length <= MAX_CHARS && (text.match(/\p{L}/gu)?.length ?? 0) >= 2;
}

/** Levels by font size: the largest size that headings use is level 1, and so on. */
function bySize(paragraphs: readonly PdfParagraph[], layout: Layout): Map<PdfParagraph, number> {
  const candidates = paragraphs.filter((each) => each.size >= layout.bodySize * LARGER && mayBeHeading(each));
  const sizes = [...new Set(candidates.map((each) => each.size))].sort((a, b) => b - a);
  // Sizes that hardly differ are one level.
  const steps = sizes
    .filter((size, index) => index === 0 || size < (sizes[index - 1] ?? 0) * 0.97)
    .slice(0, MAX_SIZES);
  return new Map(
    candidates.map((each) => [each, Math.max(1, steps.filter((size) => size >= each.size * 0.97).length)]),
  );
}

function byOutline(
  paragraphs: readonly PdfParagraph[],
  outline: readonly OutlineEntry[],
): Map<PdfParagraph, number> {
  const depths = new Map<string, number>();
  for (const entry of outline) {
    const key = fold(entry.title);
    if (key.length > 1 && !depths.has(key)) depths.set(key, Math.min(6, entry.depth));
  }
  const found = new Map<PdfParagraph, number>();
  for (const paragraph of depths.size > 0 ? paragraphs : []) {
    if (!mayBeHeading(paragraph)) continue;
    const key = fold(textOf(paragraph));
    // The outline often leaves the number of a chapter out.
    const depth = depths.get(key) ?? depths.get(key.replace(/^\d+/, ''));
    if (depth !== undefined) found.set(paragraph, depth);
  }
  return found;
}

const SECTION = /^(\d{1,2}(?:\.\d{1,2})*)\.?\s+\p{Lu}/u;
const MAX_LINE = 90;
/** What follows a heading is prose of more than this many characters. */
const MIN_PROSE = 60;

/** One line in a font of its own that prose in the text's font follows. */
function isBoldHeading(paragraph: PdfParagraph, next: PdfParagraph | undefined, layout: Layout): boolean {
  const [line] = paragraph.lines;
  if (!line || paragraph.lines.length > 1 || !mayBeHeading(paragraph) || line.text.length > MAX_LINE)
    return false;
  if (!line.oneFont || line.font === layout.bodyFont || paragraph.size < layout.bodySize * 0.95) return false;
  if (/[.;,]$/.test(line.text) || !/^[\p{Lu}\p{Lo}\d]/u.test(line.text)) return false;
  return next?.kind === 'text' && next.lines[0]?.font === layout.bodyFont && textOf(next).length > MIN_PROSE;
}

/** Headings in the size of the text, told by their font: below those that are larger, deeper by their number. */
function byFont(
  paragraphs: readonly PdfParagraph[],
  sized: ReadonlyMap<PdfParagraph, number>,
  layout: Layout,
): Map<PdfParagraph, number> {
  const deepest = [...sized.values()].reduce((most, level) => Math.max(most, level), 0);
  const numbered = [...sized].filter(([paragraph]) => /^\d{1,2}\.?\s/.test(textOf(paragraph)));
  const chapter = numbered.reduce(
    (least, [, level]) => Math.min(least, level),
    numbered.length > 0 ? 6 : deepest + 1,
  );
  const found = new Map<PdfParagraph, number>();
  for (const [index, paragraph] of paragraphs.entries()) {
    if (sized.has(paragraph) || !isBoldHeading(paragraph, paragraphs[index + 1], layout)) continue;
    const number = SECTION.exec(textOf(paragraph))?.[1];
    const level = number === undefined ? deepest + 1 : chapter + number.split('.').length - 1;
    found.set(paragraph, Math.min(6, level));
  }
  return found;
}

/** The levels of the paragraphs that are headings: by the outline where that fits the text, else by their size. */
export function headingLevels(
  paragraphs: readonly PdfParagraph[],
  outline: readonly OutlineEntry[],
  layout: Layout,
): ReadonlyMap<PdfParagraph, number> {
  const outlined = byOutline(paragraphs, outline);
  if (outlined.size >= Math.max(2, outline.length / 2)) return outlined;
  const sized = bySize(paragraphs, layout);
  return new Map([...sized, ...byFont(paragraphs, sized, layout)]);
}

/** The largest text of the first page, where it stands out: what a reader takes for the title. */
export function titleByEye(paragraphs: readonly PdfParagraph[], layout: Layout): string | null {
  const first = paragraphs.filter((each) => each.lines[0]?.page === 1 && mayBeHeading(each));
  const largest = first.toSorted((a, b) => b.size - a.size)[0];
  return largest && largest.size >= layout.bodySize * 1.25 ? textOf(largest) : null;
}
