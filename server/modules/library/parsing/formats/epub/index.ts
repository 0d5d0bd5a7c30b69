import { CanonicalTextBuilder, canonicalLine } from '../../canonical.ts';
import type { Draft } from '../../draft.ts';
import { decodeText } from '../../encoding.ts';
import { saneAuthors } from '../../metadata.ts';
import { declaredCharset } from '../html.ts';
import { addHtmlBlocks } from '../html-blocks.ts';
import { type Book, type Chapter, openBook } from './package.ts';

const READABLE = new Set([
  'application/xhtml+xml',
  'text/html',
  'application/x-dtbook+xml',
  'application/xml',
  'text/x-oeb1-document',
  '',
]);

/** A document type with the declarations inside it, which an HTML parser would take for text. */
const DOCTYPE = /<!DOCTYPE[^[>]{0,2000}(?:\[[^\]]{0,20000}\]\s*)?>/i;

function sameTitle(a: string, b: string): boolean {
  const fold = (text: string): string =>
    canonicalLine(text)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '');
  const [first, second] = [fold(a), fold(b)];
  return (
    first === second ||
    (first.length > 3 && second.endsWith(first)) ||
    (second.length > 3 && first.endsWith(second))
  );
}

/** The level of the topmost heading of a chapter, and whether one of its first says what the contents say. */
function surveyHeadings(
  html: string,
  title: string | null,
  draft: Draft,
): { top: number | null; repeatsTitle: boolean } {
  const levels: number[] = [];
  let repeatsTitle = false;
  addHtmlBlocks(html, new CanonicalTextBuilder(draft.limits.maxTextChars), {
    xhtml: true,
    headingLevel: (level, text) => {
      if (title !== null && levels.length < 3 && sameTitle(text, title)) repeatsTitle = true;
      levels.push(level);
      return level;
    },
  });
  return { top: levels.length > 0 ? Math.min(...levels) : null, repeatsTitle };
}

/**
 * Adds a chapter. Where it has a title it begins with a heading of level 1: its own, raised, or the one that the table
 * of contents gives. Headings below keep their distance.
 */
function addChapter(html: string, title: string | null, draft: Draft): void {
  const { top, repeatsTitle } = surveyHeadings(html, title, draft);
  const ownHeading = repeatsTitle || title === null;
  const before = draft.text.length;
  if (!ownHeading && title !== null) draft.text.add('heading', title, { level: 1 });
  const shift = (top ?? 1) - (ownHeading ? 1 : 2);
  let promoted = false;
  addHtmlBlocks(html, draft.text, {
    xhtml: true,
    headingLevel: (level, text) => {
      if (repeatsTitle && title !== null && !promoted && sameTitle(text, title)) {
        promoted = true;
        return 1;
      }
      return Math.max(repeatsTitle ? 2 : 1, level - shift);
    },
  });
  // A title with nothing below it belongs to a picture or a blank page; it stays, as the contents name it.
  if (draft.text.length === before && title !== null) draft.text.add('heading', title, { level: 1 });
}

function titleOf(book: Book, chapter: Chapter): string | null {
  const own = book.titles.get(chapter.name);
  if (own !== undefined) return own;
  const prefix = `${chapter.name}#`;
  return [...book.titles].find(([key]) => key.startsWith(prefix))?.[1] ?? null;
}

/** EPUB 2 and 3, chapter by chapter in the order of the spine. Nothing outside the book is read. */
export async function parseEpub(bytes: Uint8Array, draft: Draft): Promise<void> {
  const book = await openBook(bytes);
  for (const chapter of book.chapters) {
    if (!READABLE.has(chapter.mediaType.toLowerCase())) continue;
    const content = await book.archive.read(chapter.name);
    const html = content && decodeText(content, { declared: declaredCharset(content) });
    if (html) addChapter(html.replace(DOCTYPE, ''), titleOf(book, chapter), draft);
  }
  draft.title = book.title;
  draft.authors = book.authors.flatMap(saneAuthors);
  draft.language = book.language;
}
