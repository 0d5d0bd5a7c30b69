import { canonicalLine } from '../../canonical.ts';
import type { Draft } from '../../draft.ts';
import { saneAuthors, saneTitle } from '../../metadata.ts';
import { decodeXml, deepText, descendants, type XmlNode } from '../../xml.ts';
import { Numbering } from './numbering.ts';
import { readWordParts, type WordParts } from './package.ts';
import { type DocumentEvents, type NoteReference, type Paragraph, readWord } from './reader.ts';
import { type ParagraphStyle, StyleSheet } from './styles.ts';

interface TableFrame {
  cells: Paragraph[][];
  cell: Paragraph[];
  rows: number;
}

/** The texts of a notes part by id. */
function readNotes(part: Buffer | null): Map<string, string> {
  const notes = new Map<string, string>();
  let current: string | null = null;
  if (!part) return notes;
  const nothing = (): void => {};
  readWord(decodeXml(part), {
    note: (id) => {
      current = id;
    },
    paragraph: (paragraph) => {
      if (current !== null) notes.set(current, `${notes.get(current) ?? ''}\n${paragraph.text}`);
    },
    mark: () => '',
    tableStart: nothing,
    tableEnd: nothing,
    cellEnd: nothing,
    rowEnd: nothing,
  });
  return notes;
}

/** Writes the stream of paragraphs and tables as blocks. Notes follow the paragraph or row that refers to them. */
class DocxWriter implements DocumentEvents {
  readonly #draft: Draft;
  readonly #styles: StyleSheet;
  readonly #numbering: Numbering;
  readonly #notes: { readonly footnote: Map<string, string>; readonly endnote: Map<string, string> };
  readonly #marks = new Map<string, number>();
  readonly #written = new Set<string>();
  readonly #tables: TableFrame[] = [];
  #inList = false;
  title: string | null = null;

  constructor(draft: Draft, parts: WordParts) {
    this.#draft = draft;
    this.#styles = new StyleSheet(parts.styles);
    this.#numbering = new Numbering(parts.numbering);
    this.#notes = { footnote: readNotes(parts.footnotes), endnote: readNotes(parts.endnotes) };
  }

  mark(reference: NoteReference): string {
    const key = `${reference.kind} ${reference.id}`;
    const number = this.#marks.get(key) ?? this.#marks.size + 1;
    this.#marks.set(key, number);
    return `[${number}]`;
  }

  paragraph(paragraph: Paragraph): void {
    const table = this.#tables.at(-1);
    if (table) table.cell.push(paragraph);
    else this.#write(paragraph);
  }

  tableStart(): void {
    // A table inside a cell: what stands before it in the row stands for itself.
    if (this.#tables.length > 0) this.#endRow();
    this.#tables.push({ cells: [], cell: [], rows: 0 });
  }

  cellEnd(): void {
    const table = this.#tables.at(-1);
    if (!table) return;
    table.cells.push(table.cell);
    table.cell = [];
  }

  rowEnd(): void {
    this.#endRow();
  }

  tableEnd(): void {
    this.#endRow();
    this.#tables.pop();
    this.#inList = false;
  }

  #endRow(): void {
    const table = this.#tables.at(-1);
    if (!table) return;
    const cells = table.cell.length > 0 ? [...table.cells, table.cell] : table.cells;
    table.cells = [];
    table.cell = [];
    // A row of one cell is a frame around prose.
    if (cells.length === 1) {
      for (const paragraph of cells[0] ?? []) this.#write(paragraph);
      return;
    }
    const texts = cells.map((cell) =>
      canonicalLine(cell.map((paragraph) => this.#labelled(paragraph).text).join(' ')),
    );
    if (texts.every((text) => text === '')) return;
    this.#draft.text.add('tableRow', texts.join(' | '), { tight: table.rows > 0 });
    table.rows += 1;
    this.#writeNotes(cells.flat().flatMap((paragraph) => paragraph.notes));
  }

  #style(paragraph: Paragraph): ParagraphStyle | null {
    return this.#styles.get(paragraph.styleId);
  }

  #labelled(paragraph: Paragraph): { text: string; label: string | null; level: number } {
    const reference = paragraph.numbering ?? this.#style(paragraph)?.numbering ?? null;
    const label = this.#numbering.next(reference);
    const text = paragraph.text.trim();
    return {
      text: label === null || text === '' ? text : `${label} ${text}`,
      label,
      level: reference?.level ?? 0,
    };
  }

  #write(paragraph: Paragraph): void {
    const style = this.#style(paragraph);
    const { text, label, level } = this.#labelled(paragraph);
    const heading = paragraph.outline ?? style?.headingLevel ?? null;
    const isItem = heading === null && label !== null;
    if (style?.kind === 'contents') return; // repeats the headings
    if (text === '') return;
    if (style?.kind === 'title') {
      this.title ??= text;
      this.#draft.text.add('heading', text, { level: 1 });
    } else if (heading !== null) {
      this.#draft.text.add('heading', label === '-' ? paragraph.text : text, { level: heading });
    } else if (isItem) {
      this.#draft.text.add('listItem', text, { tight: this.#inList, indent: level * 2 });
    } else if (style?.kind === 'code') {
      this.#draft.text.add('code', text, { verbatim: true });
    } else {
      this.#draft.text.add(style?.kind === 'quote' ? 'quote' : 'paragraph', text);
    }
    this.#inList = isItem;
    this.#writeNotes(paragraph.notes);
  }

  #writeNotes(references: readonly NoteReference[]): void {
    for (const reference of references) {
      const text = this.#notes[reference.kind].get(reference.id)?.trim();
      const mark = this.mark(reference);
      if (!text || this.#written.has(mark)) continue;
      this.#written.add(mark);
      this.#draft.text.add('footnote', `${mark} ${text}`);
      this.#inList = false;
    }
  }
}

function property(core: XmlNode | null, name: string): string | null {
  const node = core ? descendants(core, name).next().value : undefined;
  return node ? deepText(node) : null;
}

/**
 * DOCX (ECMA-376 WordprocessingML): headings by style or outline level, computed numbers of lists, tables as rows,
 * notes, text boxes. Deleted text, instructions, comments, headers and footers are left out.
 */
export async function parseDocx(bytes: Uint8Array, draft: Draft): Promise<void> {
  const parts = await readWordParts(bytes);
  const writer = new DocxWriter(draft, parts);
  readWord(decodeXml(parts.document), writer);
  draft.title = saneTitle(property(parts.core, 'title')) ?? writer.title;
  draft.authors = saneAuthors(property(parts.core, 'creator'));
  draft.language = property(parts.core, 'language');
}
