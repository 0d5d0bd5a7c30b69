import { degrees, PDFDocument, type PDFFont, StandardFonts } from 'pdf-lib';
import { describe, expect, test } from 'vitest';
import { failure, outline, parsed } from '../../testing/files.ts';

const PDF = 'application/pdf';

interface Text {
  readonly text: string;
  readonly x?: number;
  readonly y: number;
  readonly size?: number;
  readonly bold?: boolean;
}

/** A file whose pages hold these lines; `y` in points from the bottom of an A4 page. */
async function pdfOf(pages: readonly (readonly Text[])[], title?: string): Promise<Uint8Array> {
  const file = await PDFDocument.create();
  const fonts: Record<'plain' | 'bold', PDFFont> = {
    plain: await file.embedFont(StandardFonts.Helvetica),
    bold: await file.embedFont(StandardFonts.HelveticaBold),
  };
  if (title !== undefined) file.setTitle(title);
  for (const lines of pages) {
    const page = file.addPage([595, 842]);
    for (const { text, x = 72, y, size = 10, bold = false } of lines)
      page.drawText(text, { x, y, size, font: bold ? fonts.bold : fonts.plain });
  }
  return file.save();
}

/** Lines of running text from `y` downwards. */
function prose(texts: readonly string[], y: number, x = 72): Text[] {
  return texts.map((text, index) => ({ text, x, y: y - index * 12 }));
}

const FILL = 'words that fill the line until it reaches the edge of the column of text';

describe('PDF', () => {
  test('makes paragraphs and headings of lines, and words of their halves', async () => {
    const file = await pdfOf(
      [
        [
          { text: 'The Title of It', y: 780, size: 22 },
          { text: '1. First chapter', y: 740, size: 14 },
          ...prose(
            [
              `The committee met ${FILL} and it was inter-`,
              `national in every respect, ${FILL} of the well-`,
              `known report, which is well-known ${FILL}`,
              'and ended.',
            ],
            700,
          ),
          ...prose([`A second paragraph begins ${FILL}`, 'and ends here.'], 640),
          { text: 'A bold heading', y: 600, bold: true },
          ...prose([`Text below ${FILL}`, 'of it.'], 585),
          { text: '• one item', y: 540 },
          { text: '• another item', y: 528 },
        ],
      ],
      'untitled',
    );
    const document = await parsed(file, PDF);
    expect(outline(document)).toEqual([
      'heading1: The Title of It',
      'heading2: 1. First chapter',
      `paragraph: The committee met ${FILL} and it was international in every respect, ${FILL} of the well-known report, which is well-known ${FILL} and ended.`,
      `paragraph: A second paragraph begins ${FILL} and ends here.`,
      'heading3: A bold heading',
      `paragraph: Text below ${FILL} of it.`,
      'listItem: • one item',
      'listItem: • another item',
    ]);
    expect(document.title).toBe('The Title of It');
  });

  test('drops running headers, footers and page numbers, and joins a paragraph over the page', async () => {
    const pages = Array.from({ length: 6 }, (_, index) => [
      { text: `Annual Report ${2020}`, y: 810 },
      ...prose([`page ${'abcdef'[index]} begins ${FILL}`, `and goes on ${FILL} without a stop`], 700),
      { text: `Page ${index + 1} of 6`, y: 30 },
    ]);
    const document = await parsed(await pdfOf(pages), PDF);
    expect(document.text).not.toContain('Annual Report');
    expect(document.text).not.toMatch(/Page \d/);
    const numbers = document.structure.filter((item) => item.kind === 'page');
    expect(numbers.map((item) => item.page)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(document.structure.filter((item) => item.kind === 'paragraph')).toHaveLength(1);
    for (const [index, item] of numbers.entries()) {
      expect(document.text.slice(item.start, item.end).startsWith(`page ${'abcdef'[index]}`)).toBe(true);
    }
  });

  test('reads columns one after the other, and rows of a table as rows', async () => {
    const columns = [
      ...prose([`left one ${FILL.slice(0, 30)}`, `left two ${FILL.slice(0, 30)}`], 700),
      ...prose([`right one ${FILL.slice(0, 30)}`, `right two ${FILL.slice(0, 30)}.`], 700, 320),
    ];
    const table = [
      ['Name', 'Age'],
      ['Ada', '36'],
      ['Bo', '41'],
    ].flatMap(([name = '', age = ''], index) => [
      { text: name, x: 72, y: 500 - index * 14 },
      { text: age, x: 250, y: 500 - index * 14 },
    ]);
    const lines = outline(await parsed(await pdfOf([[...columns, ...table]]), PDF));
    expect(lines.join('\n')).toMatch(/left one .*left two .*right one .*right two/s);
    expect(lines.slice(-3)).toEqual(['tableRow: Name | Age', 'tableRow: Ada | 36', 'tableRow: Bo | 41']);
  });

  test.each([90, 180, 270])('reads text turned by %i degrees', async (angle) => {
    const file = await PDFDocument.create();
    const page = file.addPage([600, 600]);
    const [x, y] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    for (const [index, text] of ['first line of text', 'second line of it', 'third and last.'].entries()) {
      // Each line lies below the one before, as seen by who turns the page.
      page.drawText(text, {
        x: 300 + index * 14 * y,
        y: 300 - index * 14 * x,
        size: 10,
        rotate: degrees(angle),
      });
    }
    page.drawText('stamp', { x: 20, y: 20, size: 10, rotate: degrees(angle + 90) });
    expect((await parsed(await file.save(), PDF)).text).toBe(
      'first line of text second line of it third and last.',
    );
  });

  test('takes title and authors of the properties where they are sane', async () => {
    const file = await PDFDocument.load(await pdfOf([[{ text: 'Some text', y: 700 }]], 'A Real Title'));
    file.setAuthor('Ada One; Bo Two');
    expect(await parsed(await file.save(), PDF)).toMatchObject({
      title: 'A Real Title',
      authors: ['Ada One', 'Bo Two'],
    });
    expect(
      (await parsed(await pdfOf([[{ text: 'Some text', y: 700 }]], 'Microsoft Word - draft.docx'), PDF))
        .title,
    ).toBeNull();
  });

  test('a file without text, a broken one and an encrypted one are refused', async () => {
    expect(await failure(await pdfOf([[]]), PDF)).toBe('library.no_text');
    expect(await failure('%PDF-1.7\n', PDF)).toBe('library.damaged_file');
    expect(await failure('%PDF-1.7\ntrailer<</Encrypt 1 0 R/Root 2 0 R>>', PDF)).toBe('library.damaged_file');
  });
});
