import type { Line } from './lines.ts';

export interface PageLines {
  readonly number: number;
  /** Points. */
  readonly height: number;
  readonly lines: readonly Line[];
}

/** Lines at the top and at the bottom of a page that may be a running header or footer. */
const EDGE_LINES = 3;
/** Share of the page's height that counts as its edge. */
const EDGE = 0.14;
const MIN_PAGES = 3;
/** A header of the left or the right pages only stands on half of them. */
const MIN_SHARE = 0.25;

/** Text without what changes from page to page. */
function pattern(line: Line): string {
  return line.text
    .toLowerCase()
    .replace(/\d+/g, '#')
    .replace(/^[ivxlc]+$/, '#')
    .replace(/\s+/g, ' ');
}

function edgeLines(page: PageLines): Line[] {
  const byHeight = page.lines.toSorted((a, b) => b.baseline - a.baseline);
  const top = byHeight.slice(0, EDGE_LINES).filter((line) => line.baseline > page.height * (1 - EDGE));
  const bottom = byHeight.slice(-EDGE_LINES).filter((line) => line.baseline < page.height * EDGE);
  return [...top, ...bottom];
}

/** Drops running headers, footers and page numbers: lines at the edges that repeat, but for their numbers. */
export function dropFurniture(pages: readonly PageLines[]): PageLines[] {
  const counts = new Map<string, number>();
  const key = (line: Line, height: number): string =>
    `${line.baseline > height / 2 ? 'top' : 'bottom'} ${pattern(line)}`;
  for (const page of pages) {
    for (const each of new Set(edgeLines(page).map((line) => key(line, page.height))))
      counts.set(each, (counts.get(each) ?? 0) + 1);
  }
  const needed = Math.max(MIN_PAGES, pages.length * MIN_SHARE);
  return pages.map((page) => {
    const dropped = new Set(
      edgeLines(page).filter((line) => (counts.get(key(line, page.height)) ?? 0) >= needed),
    );
    return { ...page, lines: page.lines.filter((line) => !dropped.has(line)) };
  });
}
