import {
  AlignmentType,
  Document,
  FootnoteReferenceRun,
  HeadingLevel,
  LevelFormat,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import type { SampleDocument } from './manifest.ts';
import type { Block, Line, SourceText } from './source.ts';
import { makeZip, readZip } from './zip.ts';

/** In twentieths of a point, the unit of OOXML lengths. */
const indent = { left: 567, hanging: 425 };
/** First in the archive, where tools that look only at its head expect it. */
const contentTypes = '[Content_Types].xml';
const regions: Readonly<Record<string, string>> = { en: 'en-CA', fr: 'fr-CA' };

/** Word-processing document with heading styles, real numbering, tables with a repeated header row, footnotes and properties. */
export async function makeDocx(document: SampleDocument, source: SourceText): Promise<Uint8Array> {
  const noteNumbers = new Map([...source.notes.keys()].map((label, index) => [label, index + 1]));
  let lists = 0;
  const children = source.blocks.flatMap((block) => {
    if (block.kind === 'list') lists += 1;
    return render(block, lists, noteNumbers);
  });
  const file = new Document({
    title: document.title,
    creator: document.authors.join(', '),
    lastModifiedBy: document.authors.join(', '),
    styles: {
      default: {
        document: {
          run: {
            font: 'Calibri',
            size: 22,
            language: { value: regions[document.language] ?? document.language },
          },
        },
        heading1: { run: { size: 36, bold: true }, paragraph: { spacing: { after: 240 } } },
        heading2: { run: { size: 28, bold: true }, paragraph: { spacing: { before: 320, after: 120 } } },
        heading3: { run: { size: 24, bold: true }, paragraph: { spacing: { before: 240, after: 80 } } },
      },
    },
    numbering: {
      config: [
        numbering('ordered', LevelFormat.DECIMAL, '%1.'),
        numbering('bullets', LevelFormat.BULLET, '•'),
      ],
    },
    footnotes: Object.fromEntries(
      [...source.notes.values()].map((line, index) => [
        String(index + 1),
        { children: [new Paragraph({ children: runs(line, noteNumbers) })] },
      ]),
    ),
    sections: [{ children }],
  });
  return repeatable(await Packer.toBuffer(file), document);
}

function numbering(reference: string, format: (typeof LevelFormat)[keyof typeof LevelFormat], text: string) {
  return {
    reference,
    levels: [{ level: 0, format, text, alignment: AlignmentType.LEFT, style: { paragraph: { indent } } }],
  };
}

/** `list` counts the lists so far: each ordered list is an instance of its own and begins at 1. */
function render(block: Block, list: number, notes: ReadonlyMap<string, number>): (Paragraph | Table)[] {
  switch (block.kind) {
    case 'heading':
      return [new Paragraph({ heading: headingLevel(block.level), children: runs(block.line, notes) })];
    case 'paragraph':
      return [new Paragraph({ spacing: { after: 160 }, children: runs(block.line, notes) })];
    case 'list':
      return block.items.map(
        (item) =>
          new Paragraph({
            numbering: { reference: block.ordered ? 'ordered' : 'bullets', level: 0, instance: list },
            spacing: { after: 80 },
            children: runs(item, notes),
          }),
      );
    case 'quote':
      return block.paragraphs.map(
        (line) => new Paragraph({ indent: { left: 567 }, children: runs(line, notes) }),
      );
    case 'table':
      return [table(block.header, block.rows, notes), new Paragraph({})];
  }
}

function headingLevel(level: number): (typeof HeadingLevel)[keyof typeof HeadingLevel] {
  if (level === 1) return HeadingLevel.HEADING_1;
  return level === 2 ? HeadingLevel.HEADING_2 : HeadingLevel.HEADING_3;
}

function table(
  header: readonly Line[],
  rows: readonly (readonly Line[])[],
  notes: ReadonlyMap<string, number>,
): Table {
  const row = (cells: readonly Line[], tableHeader: boolean): TableRow =>
    new TableRow({
      tableHeader,
      children: cells.map(
        (cell) => new TableCell({ children: [new Paragraph({ children: runs(cell, notes, tableHeader) })] }),
      ),
    });
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: [row(header, true), ...rows.map((cells) => row(cells, false))],
  });
}

function runs(
  line: Line,
  notes: ReadonlyMap<string, number>,
  bold = false,
): (TextRun | FootnoteReferenceRun)[] {
  return line.map((span) => {
    if (span.note === undefined)
      return new TextRun({ text: span.text, bold: bold || span.bold, italics: span.italic });
    const number = notes.get(span.note);
    if (number === undefined) throw new Error(`There is no footnote "${span.note}".`);
    return new FootnoteReferenceRun(number);
  });
}

/** The library writes the moment of making into the properties and the archive; both become the date of publication. */
async function repeatable(bytes: Uint8Array, document: SampleDocument): Promise<Uint8Array> {
  const entries = await readZip(bytes);
  const typesFirst = entries.toSorted(
    (a, b) => Number(b.path === contentTypes) - Number(a.path === contentTypes),
  );
  return makeZip(
    typesFirst.map(({ path, content }) => {
      if (path !== 'docProps/core.xml') return { path, content };
      const xml = new TextDecoder()
        .decode(content)
        .replaceAll(/(<dcterms:(?:created|modified)[^>]*>)[^<]*/g, `$1${document.published}T00:00:00Z`)
        .replace(
          '</cp:coreProperties>',
          `<dc:language>${document.language}</dc:language></cp:coreProperties>`,
        );
      return { path, content: xml };
    }),
  );
}
