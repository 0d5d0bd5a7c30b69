import type { PageMark, TextRange } from './layout.ts';

/** What a stretch of text is marked as. */
export interface Decorations {
  /** The cited passage. */
  readonly cited: TextRange | undefined;
  /** Hits of the find field, sorted and apart from each other. */
  readonly found: readonly TextRange[];
  /** The hit that the reader stands on. */
  readonly current: TextRange | undefined;
  /** Sorted. */
  readonly pages: readonly PageMark[];
}

export type Piece =
  | { readonly kind: 'page'; readonly page: number; readonly at: number }
  | (TextRange & {
      readonly kind: 'text';
      readonly cited: boolean;
      readonly found: 'no' | 'yes' | 'current';
    });

/** Cuts a range at every border of a decoration. The text pieces, joined, are exactly the range. */
export function decorate(range: TextRange, decorations: Decorations): Piece[] {
  const { cited, found, current, pages } = decorations;
  const here = found.filter((hit) => overlaps(hit, range));
  const marks = pages.filter((mark) => mark.at > range.start && mark.at < range.end);
  const borders = new Set<number>([range.start, range.end, ...marks.map((mark) => mark.at)]);
  for (const edge of [...here, ...(cited === undefined ? [] : [cited])]) {
    for (const at of [edge.start, edge.end]) if (at > range.start && at < range.end) borders.add(at);
  }
  const sorted = [...borders].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  for (const [index, start] of sorted.entries()) {
    const end = sorted[index + 1];
    if (end === undefined) break;
    for (const mark of marks) if (mark.at === start) pieces.push({ kind: 'page', ...mark });
    const stretch = { start, end };
    const hit = here.find((candidate) => overlaps(candidate, stretch));
    const isCurrent = hit !== undefined && hit.start === current?.start;
    pieces.push({
      kind: 'text',
      ...stretch,
      cited: cited !== undefined && overlaps(cited, stretch),
      found: hit === undefined ? 'no' : isCurrent ? 'current' : 'yes',
    });
  }
  return pieces;
}

export function overlaps(a: TextRange, b: TextRange): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Hits beyond this are not counted: nobody steps through more, and each costs an element. */
export const MOST_HITS = 2000;

/** Where `needle` stands in `text`, without regard to case; any white space matches any other, as lines may break. */
export function findAll(text: string, needle: string): TextRange[] {
  const words = needle.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const pattern = new RegExp(words.map(escapeForPattern).join('\\s+'), 'giu');
  const hits: TextRange[] = [];
  for (const match of text.matchAll(pattern)) {
    hits.push({ start: match.index, end: match.index + match[0].length });
    if (hits.length === MOST_HITS) break;
  }
  return hits;
}

function escapeForPattern(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
