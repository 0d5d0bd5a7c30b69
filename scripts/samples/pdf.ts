import {
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFPage,
  type PDFRef,
  StandardFonts,
} from 'pdf-lib';
import type { SampleDocument } from './manifest.ts';
import { PageWriter } from './pdf-writer.ts';
import { type Block, type Line, plain, type SourceText } from './source.ts';

interface Entry {
  readonly title: string;
  readonly level: number;
  readonly page: PDFPage;
  /** Points from the bottom of the page. */
  readonly top: number;
}

/** A4 pages in the standard fonts (nothing embedded, so WinAnsi characters only) with an outline, a language and properties. */
export async function makePdf(document: SampleDocument, source: SourceText): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const published = new Date(`${document.published}T00:00:00Z`);
  pdf.setTitle(document.title, { showInWindowTitleBar: true });
  pdf.setAuthor(document.authors.join(', '));
  pdf.setLanguage(document.language);
  pdf.setCreator('Scriptorium');
  pdf.setProducer('Scriptorium');
  pdf.setCreationDate(published);
  pdf.setModificationDate(published);
  const fonts = {
    regular: await pdf.embedFont(StandardFonts.TimesRoman),
    bold: await pdf.embedFont(StandardFonts.TimesRomanBold),
    italic: await pdf.embedFont(StandardFonts.TimesRomanItalic),
    heading: await pdf.embedFont(StandardFonts.HelveticaBold),
  };
  const writer = new PageWriter(pdf, fonts);
  const entries = source.blocks.flatMap((block) => draw(writer, block));
  writer.numberPages(document.title);
  addOutline(pdf, entries);
  return pdf.save({ useObjectStreams: false });
}

function draw(writer: PageWriter, block: Block): Entry[] {
  switch (block.kind) {
    case 'heading': {
      const place = writer.heading(plain(block.line), block.level);
      return [{ title: plain(block.line), level: block.level, ...place }];
    }
    case 'paragraph':
      writer.paragraph(block.line);
      return [];
    case 'list':
      block.items.forEach((item, index) => {
        writer.item(block.ordered ? `${index + 1}.` : '•', item);
      });
      return [];
    case 'quote':
      for (const line of block.paragraphs) writer.item('', line);
      return [];
    case 'table':
      writer.table([block.header, ...block.rows].map((row: readonly Line[]) => row.map(plain)));
      return [];
  }
}

interface OutlineNode {
  readonly entry: Entry;
  readonly ref: PDFRef;
  readonly children: OutlineNode[];
}

/** Outline items are linked lists (ISO 32000-1, 12.3.3); pdf-lib has no call for them. */
function addOutline(pdf: PDFDocument, entries: readonly Entry[]): void {
  const root: { readonly ref: PDFRef; readonly children: OutlineNode[] } = {
    ref: pdf.context.nextRef(),
    children: [],
  };
  const path: { readonly level: number; readonly ref: PDFRef; readonly children: OutlineNode[] }[] = [
    { level: 0, ...root },
  ];
  for (const entry of entries) {
    while ((path.at(-1)?.level ?? 0) >= entry.level) path.pop();
    const node = { entry, ref: pdf.context.nextRef(), children: [] };
    path.at(-1)?.children.push(node);
    path.push({ level: entry.level, ref: node.ref, children: node.children });
  }
  const ends = link(pdf, root.ref, root.children);
  pdf.context.assign(
    root.ref,
    pdf.context.obj({ Type: 'Outlines', ...ends, Count: PDFNumber.of(root.children.length) }),
  );
  pdf.catalog.set(PDFName.of('Outlines'), root.ref);
  pdf.catalog.set(PDFName.of('PageMode'), PDFName.of('UseOutlines'));
}

function link(pdf: PDFDocument, parent: PDFRef, nodes: readonly OutlineNode[]): Record<string, PDFRef> {
  nodes.forEach((node, index) => {
    const { entry } = node;
    const previous = nodes[index - 1];
    const next = nodes[index + 1];
    const item = pdf.context.obj({
      Title: PDFHexString.fromText(entry.title),
      Parent: parent,
      Dest: [entry.page.ref, PDFName.of('XYZ'), null, entry.top, null],
      ...(previous === undefined ? {} : { Prev: previous.ref }),
      ...(next === undefined ? {} : { Next: next.ref }),
      ...(node.children.length === 0
        ? {}
        : { ...link(pdf, node.ref, node.children), Count: -node.children.length }),
    });
    pdf.context.assign(node.ref, item);
  });
  const first = nodes[0];
  const last = nodes.at(-1);
  return first === undefined || last === undefined ? {} : { First: first.ref, Last: last.ref };
}
