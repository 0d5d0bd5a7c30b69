import { CanonicalTextBuilder, canonicalLine } from './canonical.ts';
import { ParseError } from './failures.ts';
import { declaredLanguage, detectLanguage } from './language.ts';
import type { MediaType, ParsedDocument, StructureItem } from './port.ts';

/** Among these first blocks stands the heading that is the title. */
const OPENING_BLOCKS = 3;
const MAX_TITLE = 500;
const MAX_AUTHORS = 50;
const MAX_AUTHOR = 200;

export interface ParseLimits {
  /** UTF-16 code units of canonical text. */
  readonly maxTextChars: number;
}

/** What a format's parser is given, and fills. */
export interface Draft {
  readonly text: CanonicalTextBuilder;
  readonly limits: ParseLimits;
  title: string | null;
  authors: readonly string[];
  /** As the file declares it. */
  language: string | null;
}

export type FormatParser = (bytes: Uint8Array, draft: Draft) => void | Promise<void>;

export function newDraft(limits: ParseLimits): Draft {
  return {
    text: new CanonicalTextBuilder(limits.maxTextChars),
    limits,
    title: null,
    authors: [],
    language: null,
  };
}

function shorten(text: string, limit: number): string {
  return canonicalLine(text.slice(0, limit * 2))
    .slice(0, limit)
    .toWellFormed()
    .trim();
}

/** A heading of level 1 with which a document opens; a chapter further down is no title. */
function openingHeading(structure: readonly StructureItem[]): string | undefined {
  const blocks = structure.filter((item) => item.kind !== 'page').slice(0, OPENING_BLOCKS);
  return blocks.find((item) => item.kind === 'heading' && item.level === 1)?.title;
}

/**
 * Makes the document of a filled draft. `language` is what the person who uploaded the file said; it wins over what the
 * file says, and that over what the text looks like. Throws `library.no_text` or `library.empty_file`.
 */
export function finishDraft(
  draft: Draft,
  mediaType: MediaType,
  language: string | undefined,
): ParsedDocument {
  const { text, structure } = draft.text.finish();
  if (text.trim() === '') {
    if (mediaType === 'text/plain' || mediaType === 'text/markdown')
      throw new ParseError('library.empty_file');
    if (mediaType === 'application/pdf') throw new ParseError('library.no_text');
    throw new ParseError(
      'library.no_text',
      'The file opens but holds no text. Choose a file with text in it.',
    );
  }
  // In plain text a level is a guess, and what opens it may be a chapter.
  const opening = mediaType === 'text/plain' ? undefined : openingHeading(structure);
  const authors = draft.authors
    .map((author) => shorten(author, MAX_AUTHOR))
    .filter((author) => author !== '');
  return {
    mediaType,
    title: shorten(draft.title ?? '', MAX_TITLE) || shorten(opening ?? '', MAX_TITLE) || null,
    authors: [...new Set(authors)].slice(0, MAX_AUTHORS),
    language: declaredLanguage(language) ?? declaredLanguage(draft.language) ?? detectLanguage(text),
    text,
    structure,
  };
}
