import type { PagePart } from '../../canonical.ts';
import type { PageLines } from './furniture.ts';
import { dominant, dominantSize, type Line } from './lines.ts';

export type ParagraphKind = 'text' | 'item' | 'row' | 'note';

export interface PdfParagraph {
  readonly kind: ParagraphKind;
  readonly lines: readonly Line[];
  readonly size: number;
}

export interface Layout {
  /** Font size of the running text, in points. */
  readonly bodySize: number;
  readonly bodyFont: string;
  /** Distance of its baselines, in points. */
  readonly leading: number;
}

const ITEM = /^(?:[•‣▪●◦∙·–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S/u;
const SENTENCE_END = /[.!?:;。！？”"’)\]]$/u;
const MIN_ROWS = 2;
const MAX_CELL = 48;

export function layoutOf(pages: readonly PageLines[]): Layout {
  const lines = pages.flatMap((page) => page.lines);
  const bodySize = dominantSize(lines) || 10;
  const gaps: number[] = [];
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    const gap = before ? before.baseline - line.baseline : 0;
    if (line.size === bodySize && before?.size === bodySize && gap > bodySize * 0.7 && gap < bodySize * 3)
      gaps.push(gap);
  }
  gaps.sort((a, b) => a - b);
  const bodyFont = dominant(lines, (line) => line.font) ?? '';
  return { bodySize, bodyFont, leading: gaps[Math.floor(gaps.length / 4)] ?? bodySize * 1.2 };
}

/** The right edges that full lines of this page reach, a column each: a line that ends before its own is a last one. */
function isShort(line: Line, lines: readonly Line[]): boolean {
  const column = lines.filter((other) => Math.abs(other.left - line.left) < line.size * 3);
  const edge = column.reduce((most, other) => Math.max(most, other.right), line.right);
  return line.right < edge - (edge - line.left) * 0.12;
}

/** A whole line in another font than the text: a heading in bold. */
function standsOut(line: Line, layout: Layout): boolean {
  return line.oneFont && line.font !== layout.bodyFont;
}

function startsParagraph(line: Line, before: Line, layout: Layout, wasShort: boolean): boolean {
  const sameSize = Math.abs(line.size - before.size) <= Math.max(0.6, before.size * 0.08);
  if (!sameSize) return true;
  if (ITEM.test(line.text)) return true;
  const gap = before.baseline - line.baseline;
  const otherFont = line.font !== before.font && (standsOut(line, layout) || standsOut(before, layout));
  if (otherFont && (wasShort || gap > layout.leading * 1.15)) return true;
  // The next column or page: the text goes on unless the sentence is over.
  if (gap < 0 || line.page !== before.page) {
    if (/^\p{Ll}/u.test(line.text)) return false;
    return SENTENCE_END.test(before.text) || wasShort || line.size !== layout.bodySize;
  }
  const leading = line.size === layout.bodySize ? layout.leading : line.size * 1.25;
  if (gap > leading * 1.4 + 1) return true;
  const indented = line.left > before.left + line.size * 0.8 && line.left < before.left + line.size * 5;
  if (indented && (wasShort || SENTENCE_END.test(before.text))) return true;
  return wasShort && SENTENCE_END.test(before.text);
}

/** Lines of a table: neighbours that fall into the same number of short cells. */
function tableRows(lines: readonly Line[]): Set<Line> {
  const rows = new Set<Line>();
  let run: Line[] = [];
  const finish = (): void => {
    if (run.length >= MIN_ROWS) for (const line of run) rows.add(line);
    run = [];
  };
  for (const line of lines) {
    const tabular = line.cells.length > 1 && line.cells.every((cell) => cell.length <= MAX_CELL);
    if (!tabular || (run[0] && (run[0].cells.length !== line.cells.length || run[0].page !== line.page)))
      finish();
    if (tabular) run.push(line);
  }
  finish();
  return rows;
}

function kindOf(line: Line, page: PageLines | undefined, layout: Layout): ParagraphKind {
  const low = page !== undefined && line.baseline < page.height * 0.3;
  if (low && line.size < layout.bodySize * 0.93 && /^(?:\d{1,3}|[*†‡§])[\s\p{L}]/u.test(line.text))
    return 'note';
  return ITEM.test(line.text) ? 'item' : 'text';
}

/** Groups the lines of a document to paragraphs by their geometry: gaps, indents, short last lines, sizes. */
export function paragraphsOf(pages: readonly PageLines[], layout: Layout): PdfParagraph[] {
  const paragraphs: { kind: ParagraphKind; lines: Line[] }[] = [];
  let before: Line | null = null;
  let wasShort = false;
  for (const page of pages) {
    const rows = tableRows(page.lines);
    for (const line of page.lines) {
      const last = paragraphs.at(-1);
      if (rows.has(line)) paragraphs.push({ kind: 'row', lines: [line] });
      else if (!last || !before || last.kind === 'row' || startsParagraph(line, before, layout, wasShort)) {
        paragraphs.push({ kind: kindOf(line, page, layout), lines: [line] });
      } else {
        last.lines.push(line);
      }
      before = line;
      wasShort = isShort(line, page.lines);
    }
  }
  return paragraphs.map((paragraph) => ({ ...paragraph, size: dominantSize(paragraph.lines) }));
}

/** The words of a document, to tell a hyphen of the line end from one of the word. */
export type Words = ReadonlySet<string>;

export function wordsOf(pages: readonly PageLines[]): Words {
  const words = new Set<string>();
  for (const page of pages) {
    for (const line of page.lines) {
      for (const word of line.text.toLowerCase().match(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu) ?? [])
        words.add(word);
    }
  }
  return words;
}

const NO_SPACE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303F\uFF00-\uFFEF]/u;

/** Joins the lines of a paragraph; a word that the line end cut in two is made whole. */
export function joinLines(lines: readonly Line[], words: Words): PagePart[] {
  const parts: { text: string; page: number; glue: '' | ' ' }[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (!last) {
      parts.push({ text: line.text, page: line.page, glue: ' ' });
      continue;
    }
    const glue = joinWord(last, line.text, words);
    if (last.page === line.page) last.text += glue + line.text;
    else parts.push({ text: line.text, page: line.page, glue });
  }
  return parts;
}

/** What stands between a line and the next; takes the hyphen of a cut word away from the line before. */
function joinWord(before: { text: string }, next: string, words: Words): '' | ' ' {
  const head = /([\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*)[-\u00AD\u2010]$/u.exec(before.text)?.[1];
  const tail = /^[\p{L}\p{M}\p{N}]+/u.exec(next)?.[0];
  if (head !== undefined && tail !== undefined) {
    const compound = words.has(`${head}-${tail}`.toLowerCase()) && !words.has(`${head}${tail}`.toLowerCase());
    if (!compound && /^\p{Ll}/u.test(tail)) before.text = before.text.slice(0, -1);
    return '';
  }
  return NO_SPACE.test(before.text.slice(-1)) && NO_SPACE.test(next.slice(0, 1)) ? '' : ' ';
}
