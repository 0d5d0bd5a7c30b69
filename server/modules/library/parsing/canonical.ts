import { ParseError } from './failures.ts';
import type { StructureItem, StructureKind } from './port.ts';

const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/** Controls but tab and line feed, byte order marks, and soft hyphens, which would hide a word from search. */
const INVISIBLE = /(?![\t\n])[\p{Cc}\uFEFF\u00AD]/gu;

/** The rules of the canonical text (see port.ts), for any text that becomes part of it. Idempotent. */
export function canonicalText(text: string): string {
  return text.toWellFormed().replace(LINE_ENDS, '\n').replace(INVISIBLE, '').normalize('NFC');
}

/** One line: canonical, white space collapsed, trimmed. For titles, names and cells. */
export function canonicalLine(text: string): string {
  return canonicalText(text).replace(/\s+/g, ' ').trim();
}

/** Prose: white space collapsed, the line breaks that the author set kept. */
function canonicalProse(text: string): string {
  return canonicalText(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** From the first space of a run only: tried from each of them, a deep indentation costs quadratic time. */
const TRAILING_SPACES = /(?<![^\S\n])[^\S\n]+$/gm;

/** Verbatim: inner spaces matter (code, plain text); blank edges and trailing spaces do not. */
function canonicalVerbatim(text: string): string {
  return canonicalText(text).replace(TRAILING_SPACES, '').replace(/^\n+/, '').trimEnd();
}

/** A bound on the structure map, which no real document of 20 million characters comes near. */
const MAX_BLOCKS = 500_000;

export type BlockKind = Exclude<StructureKind, 'page'>;

export interface BlockOptions {
  /** Headings only, 1–6. */
  readonly level?: number;
  /** Follows the block before on the next line, without a blank one (rows of a table, items of a list). */
  readonly tight?: boolean;
  /** Spaces before the block, outside its range. */
  readonly indent?: number;
  readonly verbatim?: boolean;
}

/** A part of a block that lies on one page. `glue` joins it to the part before: a space unless said otherwise. */
export interface PagePart {
  readonly text: string;
  readonly page: number;
  readonly glue?: '' | ' ';
}

export interface CanonicalText {
  readonly text: string;
  readonly structure: readonly StructureItem[];
}

/** Where two canonical texts would compose into another character when joined, they need a space between them. */
function composes(before: string, after: string): boolean {
  const joined = `${before.slice(-8).toWellFormed()}${after.slice(0, 8).toWellFormed()}`;
  return joined.normalize('NFC') !== joined;
}

/**
 * The only maker of canonical text: takes blocks in reading order and keeps the text and the ranges true to port.ts.
 * Throws `library.text_too_long` as soon as the text grows beyond `maxChars` (UTF-16 code units).
 */
export class CanonicalTextBuilder {
  readonly #maxChars: number;
  readonly #parts: string[] = [];
  readonly #structure: StructureItem[] = [];
  #length = 0;
  #page: { readonly number: number; readonly start: number } | null = null;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** Characters so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds a block; blank ones leave no trace. `content` in parts where it may run over the end of a page. */
  add(kind: BlockKind, content: string | readonly PagePart[], options: BlockOptions = {}): void {
    const clean = kind === 'heading' ? canonicalLine : options.verbatim ? canonicalVerbatim : canonicalProse;
    const parts = typeof content === 'string' ? [{ text: content, page: undefined }] : content;
    const cleaned = parts
      .map((part) => ({ ...part, text: clean(part.text) }))
      .filter((part) => part.text !== '');
    const first = cleaned[0];
    if (!first) return;
    if (this.#length > 0) this.#push(options.tight ? '\n' : '\n\n');
    if (first.page !== undefined) this.#turnPage(first.page);
    if (options.indent) this.#push(' '.repeat(options.indent));
    if (this.#structure.length >= MAX_BLOCKS) throw new ParseError('library.text_too_long');
    const start = this.#length;
    const page = this.#page?.number;
    let before = '';
    for (const part of cleaned) {
      if (before !== '') {
        const glue = 'glue' in part && part.glue === '' && !composes(before, part.text) ? '' : ' ';
        this.#push(glue);
        if (part.page !== undefined) this.#turnPage(part.page);
      }
      this.#push(part.text);
      before = part.text;
    }
    this.#structure.push({
      kind,
      ...(kind === 'heading'
        ? {
            level: Math.min(6, Math.max(1, options.level ?? 1)),
            title: cleaned.map((part) => part.text).join(' '),
          }
        : {}),
      ...(page === undefined ? {} : { page }),
      start,
      end: this.#length,
    });
  }

  finish(): CanonicalText {
    this.#closePage();
    // Pages come before the blocks that begin where they begin; the sort is stable.
    const structure = this.#structure.toSorted(
      (a, b) => a.start - b.start || Number(b.kind === 'page') - Number(a.kind === 'page'),
    );
    return { text: this.#parts.join(''), structure };
  }

  #push(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > this.#maxChars) throw new ParseError('library.text_too_long');
  }

  #turnPage(number: number): void {
    if (this.#page?.number === number) return;
    this.#closePage();
    this.#page = { number, start: this.#length };
  }

  #closePage(): void {
    if (!this.#page || this.#page.start === this.#length) return;
    this.#structure.push({
      kind: 'page',
      page: this.#page.number,
      start: this.#page.start,
      end: this.#length,
    });
  }
}
