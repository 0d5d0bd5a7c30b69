import type { Draft } from '../draft.ts';
import { decodeText } from '../encoding.ts';
import { ParseError } from '../failures.ts';
import { plainTitle } from './plain-title.ts';

const MAX_HEADING = 80;
const NUMERAL = '(?:[IVXLC]{1,8}|\\d{1,3}|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|ELEVEN|TWELVE)';
const CHAPTER = new RegExp(
  `^(?:CHAPTER|CHAPITRE|KAPITEL|CAPÍTULO|CAPITOLO|HOOFDSTUK|BOOK|PART|ACT)\\s+${NUMERAL}\\b[.:—–-]?(?:\\s.*)?$`,
  'i',
);
const CJK_CHAPTER = /^第\s*[\d〇零一二三四五六七八九十百千]+\s*[章回部編节節](?:\s|$|[^。.]{0,40}$)/u;
const NUMBERED = /^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(\p{Lu}[^\n]*|\p{Lo}[^\n]*)$/u;
const SENTENCE_END = /[.!?…。！？;,:]$/u;

/** The level of a paragraph that is a heading, else null. Conservative: prose must never become a heading. */
function headingLevel(paragraph: string): number | null {
  const lines = paragraph.split('\n');
  const first = lines[0]?.trim() ?? '';
  // A chapter's name often stands on the line below its number.
  if (
    lines.length <= 2 &&
    lines.every((line) => line.length <= MAX_HEADING) &&
    (CHAPTER.test(first) || CJK_CHAPTER.test(first))
  ) {
    return /[,;]$/.test(paragraph) ? null : 1;
  }
  if (lines.length > 1 || paragraph.length > MAX_HEADING) return null;
  const numbered = NUMBERED.exec(first);
  if (numbered && !SENTENCE_END.test(first)) return Math.min(6, (numbered[1]?.split('.').length ?? 1) + 1);
  return null;
}

function withLineFeeds(text: string): string {
  return text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n');
}

/**
 * Adds plain text as paragraphs parted by blank lines; the lines inside them stay as they are. Numbered lines of one
 * level that follow each other are a list and not so many headings.
 */
export function addPlainText(text: string, draft: Draft): void {
  const paragraphs = withLineFeeds(text)
    .split(/\n(?:[^\S\n]*\n)+/)
    .filter((paragraph) => paragraph.trim() !== '');
  const levels = paragraphs.map((paragraph) => headingLevel(paragraph.trim()));
  for (const [index, paragraph] of paragraphs.entries()) {
    const level = levels[index] ?? null;
    const listed = level !== 1 && (levels[index - 1] === level || levels[index + 1] === level);
    if (level !== null && !listed) draft.text.add('heading', paragraph, { level });
    else draft.text.add('paragraph', paragraph, { verbatim: true });
  }
}

/** Plain text of any encoding that `decodeText` knows. */
export function parsePlainText(bytes: Uint8Array, draft: Draft): void {
  const text = decodeText(bytes);
  if (text === null) throw new ParseError('library.unsupported_format', 'The file is not readable as text.');
  const title = plainTitle(withLineFeeds(text));
  // What opens with a chapter is a book without its title page.
  draft.title = title !== null && headingLevel(title) === null ? title : null;
  addPlainText(text, draft);
}
