/** What a parser makes of a file: one canonical text, and a map of its structure by character ranges. */

export type MediaType =
  | 'application/pdf'
  | 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  | 'application/epub+zip'
  | 'text/html'
  | 'text/markdown'
  | 'text/plain';

export type StructureKind =
  | 'heading'
  | 'paragraph'
  | 'listItem'
  | 'tableRow'
  | 'footnote'
  | 'page'
  | 'code'
  | 'quote';

/**
 * A piece of the canonical text. `start` and `end` are UTF-16 code units, end exclusive, never inside a surrogate pair.
 * `heading` has `level` (1–6) and `title`; `page` spans the whole page and has `page` (1-based); the others carry the page
 * they begin on where the format has pages. In reading order; blocks do not overlap each other, pages span blocks.
 */
export interface StructureItem {
  readonly kind: StructureKind;
  readonly level?: number;
  readonly title?: string;
  readonly page?: number;
  readonly start: number;
  readonly end: number;
}

export interface ParsedDocument {
  readonly mediaType: MediaType;
  readonly title: string | null;
  readonly authors: readonly string[];
  /** BCP 47 as the file declares it or as detected from the text; null where neither is sure. */
  readonly language: string | null;
  /** Canonical text: NFC, `\n` line ends, no NUL, no lone surrogates, no other C0 controls but tab. */
  readonly text: string;
  readonly structure: readonly StructureItem[];
}

/** Why a file could not be read. `code` is stable; `message` is a sentence for a person that says what to do. */
export interface ParseFailure {
  readonly code:
    | 'library.unsupported_format'
    | 'library.type_mismatch'
    | 'library.damaged_file'
    | 'library.encrypted_file'
    | 'library.empty_file'
    | 'library.no_text' // opens, but holds no text (a scan)
    | 'library.unsafe_archive' // zip slip, duplicate names, too many entries, expansion
    | 'library.text_too_long'
    | 'library.parse_timeout'
    | 'library.parse_memory'
    | 'library.parser_crashed';
  readonly message: string;
}

/** A chunk: `content.slice(start, end) === text`. */
export interface Chunk {
  readonly ordinal: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly page: number | null;
  readonly headings: readonly string[];
  /** Counted with o200k_base. */
  readonly tokens: number;
}
