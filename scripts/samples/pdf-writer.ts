import { PageSizes, type PDFDocument, type PDFFont, type PDFPage } from 'pdf-lib';
import type { Line } from './source.ts';

/** All lengths in points (1/72 inch), measured from the bottom left corner of the page. */
const margin = 72;
const bodySize = 11;
const leading = 15;
const cellPadding = 5;
const headingSizes: Readonly<Record<number, number>> = { 1: 20, 2: 15, 3: 12 };

export interface Fonts {
  readonly regular: PDFFont;
  readonly bold: PDFFont;
  readonly italic: PDFFont;
  readonly heading: PDFFont;
}

interface Word {
  readonly text: string;
  readonly font: PDFFont;
  /** Whether white space stands before it. */
  readonly spaced: boolean;
}

/** Sets text on A4 pages from top to bottom. A drawn line is one text object where its style allows, so that it extracts whole. */
export class PageWriter {
  readonly #pdf: PDFDocument;
  readonly #fonts: Fonts;
  #page: PDFPage;
  #y: number;

  constructor(pdf: PDFDocument, fonts: Fonts) {
    this.#pdf = pdf;
    this.#fonts = fonts;
    this.#page = pdf.addPage(PageSizes.A4);
    this.#y = this.#page.getHeight() - margin;
  }

  /** Returns where the heading stands. A heading takes three lines of its text along to its page, or a subheading and its text. */
  heading(text: string, level: number): { page: PDFPage; top: number } {
    const size = headingSizes[level] ?? bodySize;
    const lines = wrap(
      words([{ text, bold: false, italic: false }], () => this.#fonts.heading),
      size,
      this.#width,
    );
    this.#y -= level === 1 ? 0 : size * 0.8;
    this.#need(lines.length * size * 1.3 + (level < 3 ? 6 : 3) * leading);
    const place = { page: this.#page, top: this.#y };
    for (const line of lines) this.#line(line, margin, size, size * 1.3);
    this.#y -= size * 0.3;
    return place;
  }

  paragraph(line: Line): void {
    this.#text(line, margin);
    this.#y -= leading * 0.5;
  }

  /** A list item: its mark at the margin, its text indented. */
  item(mark: string, line: Line): void {
    this.#need(leading);
    this.#page.drawText(mark, {
      x: margin + 4,
      y: this.#y - bodySize,
      size: bodySize,
      font: this.#fonts.regular,
    });
    this.#text(line, margin + 24);
    this.#y -= leading * 0.3;
  }

  /** The first row is the header. Columns are as wide as their longest cell wants, in proportion; a row is never broken. */
  table(rows: readonly (readonly string[])[]): void {
    const wishes = (rows[0] ?? []).map((_, column) =>
      Math.min(
        320,
        Math.max(...rows.map((row) => this.#fonts.regular.widthOfTextAtSize(row[column] ?? '', bodySize))) +
          2 * cellPadding,
      ),
    );
    const total = wishes.reduce((sum, width) => sum + width, 0);
    const widths = wishes.map((width) => (width * this.#width) / total);
    rows.forEach((row, index) => {
      this.#row(row, widths, index === 0 ? this.#fonts.bold : this.#fonts.regular);
    });
    this.#y -= leading * 0.7;
  }

  /** Title and page number at the foot of every page. */
  numberPages(title: string): void {
    this.#pdf.getPages().forEach((page, index) => {
      const text = `${title} · ${index + 1}`;
      const x = (page.getWidth() - this.#fonts.italic.widthOfTextAtSize(text, 9)) / 2;
      page.drawText(text, { x, y: margin / 2, size: 9, font: this.#fonts.italic });
    });
  }

  get #width(): number {
    return this.#page.getWidth() - 2 * margin;
  }

  #need(height: number): void {
    if (this.#y - height >= margin) return;
    this.#page = this.#pdf.addPage(PageSizes.A4);
    this.#y = this.#page.getHeight() - margin;
  }

  #text(line: Line, x: number): void {
    const width = this.#page.getWidth() - margin - x;
    for (const part of wrap(this.#words(line), bodySize, width)) {
      this.#need(leading);
      this.#line(part, x, bodySize, leading);
    }
  }

  #row(cells: readonly string[], widths: readonly number[], font: PDFFont): void {
    const wrapped = cells.map((cell, column) =>
      wrap(
        words([{ text: cell, bold: false, italic: false }], () => font),
        bodySize,
        (widths[column] ?? 0) - 2 * cellPadding,
      ),
    );
    const height = Math.max(...wrapped.map((lines) => lines.length)) * leading + cellPadding;
    this.#need(height);
    const top = this.#y;
    let x = margin;
    wrapped.forEach((lines, column) => {
      this.#y = top - cellPadding / 2;
      for (const line of lines) this.#line(line, x + cellPadding, bodySize, leading);
      x += widths[column] ?? 0;
    });
    this.#y = top - height;
    const end = { x: this.#page.getWidth() - margin, y: this.#y };
    this.#page.drawLine({ start: { x: margin, y: this.#y }, end, thickness: 0.4 });
  }

  #words(line: Line): Word[] {
    return words(line, (span) => {
      if (span.bold) return this.#fonts.bold;
      return span.italic ? this.#fonts.italic : this.#fonts.regular;
    });
  }

  /** Neighbouring words of one font are drawn together. */
  #line(line: readonly Word[], left: number, size: number, height: number): void {
    let x = left;
    let start = 0;
    while (start < line.length) {
      const font = line[start]?.font ?? this.#fonts.regular;
      let end = start + 1;
      while (end < line.length && line[end]?.font === font) end += 1;
      const text = line
        .slice(start, end)
        .map((word, index) => (word.spaced && start + index > 0 ? ` ${word.text}` : word.text));
      const run = text.join('');
      this.#page.drawText(run, { x, y: this.#y - size, size, font });
      x += font.widthOfTextAtSize(run, size);
      start = end;
    }
    this.#y -= height;
  }
}

/** Splits at spaces; a no-break space keeps its word together and is drawn as a space, which is what WinAnsi has. */
function words(line: Line, fontOf: (span: Line[number]) => PDFFont): Word[] {
  const found: Word[] = [];
  let spaced = false;
  for (const span of line) {
    for (const [token] of span.text.matchAll(/ +|[^ ]+/g)) {
      if (token.startsWith(' ')) {
        spaced = true;
        continue;
      }
      found.push({ text: token.replaceAll('\u00a0', ' '), font: fontOf(span), spaced });
      spaced = false;
    }
  }
  return found;
}

function wrap(text: readonly Word[], size: number, width: number): Word[][] {
  const lines: Word[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const word of text) {
    const needed = word.font.widthOfTextAtSize(word.spaced ? ` ${word.text}` : word.text, size);
    if (used + needed > width) {
      lines.push([word]);
      used = word.font.widthOfTextAtSize(word.text, size);
    } else {
      lines.at(-1)?.push(word);
      used += needed;
    }
  }
  return lines;
}
