import { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from 'docx';
import { describe, expect, test } from 'vitest';
import {
  docxParts,
  failure,
  outline,
  parsed,
  wordNamespace,
  wordParagraph,
  zipOf,
} from '../../testing/files.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('DOCX', () => {
  test('as a usual library writes it', async () => {
    const file = new Document({
      title: 'From the properties',
      creator: 'Ada One; Bo Two',
      footnotes: { 1: { children: [new Paragraph('The note.')] } },
      numbering: {
        config: [
          {
            reference: 'n',
            levels: [
              { level: 0, format: 'decimal', text: '%1.' },
              { level: 1, format: 'lowerLetter', text: '%2)' },
            ],
          },
        ],
      },
      sections: [
        {
          children: [
            new Paragraph({ text: 'Chapter', heading: HeadingLevel.HEADING_1 }),
            new Paragraph({
              children: [
                new TextRun('Some '),
                new TextRun({ text: 'bold', bold: true }),
                new TextRun(' text.'),
              ],
            }),
            new Paragraph({ text: 'First', numbering: { reference: 'n', level: 0 } }),
            new Paragraph({ text: 'Inner', numbering: { reference: 'n', level: 1 } }),
            new Paragraph({ text: 'Second', numbering: { reference: 'n', level: 0 } }),
            new Paragraph({ text: 'Deeper', heading: HeadingLevel.HEADING_2 }),
            new Table({
              rows: [
                ['a', 'b'],
                ['c', 'd'],
              ].map(
                (cells) =>
                  new TableRow({
                    children: cells.map((cell) => new TableCell({ children: [new Paragraph(cell)] })),
                  }),
              ),
            }),
          ],
        },
      ],
    });
    const document = await parsed(await Packer.toBuffer(file), DOCX);
    expect(document).toMatchObject({ title: 'From the properties', authors: ['Ada One', 'Bo Two'] });
    expect(outline(document)).toEqual([
      'heading1: Chapter',
      'paragraph: Some bold text.',
      'listItem: 1. First',
      'listItem: a) Inner',
      'listItem: 2. Second',
      'heading2: Deeper',
      'tableRow: a | b',
      'tableRow: c | d',
    ]);
  });

  test('leaves deletions, instructions and hidden text out, and keeps insertions, notes, boxes and breaks', async () => {
    const body = [
      '<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del><w:ins><w:r><w:t> inserted</w:t></w:r></w:ins>',
      '<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>',
      '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:br/><w:t>next</w:t><w:tab/><w:t>tab</w:t></w:r>',
      '<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>',
      wordParagraph('boxed'),
      '</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>',
      wordParagraph('boxed'),
      '</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>',
      wordParagraph('Outlined', '<w:outlineLvl w:val="2"/>'),
    ].join('');
    const footnotes = wordNamespace(
      'footnotes',
      `<w:footnote w:id="0" w:type="separator">${wordParagraph('-')}</w:footnote><w:footnote w:id="2">${wordParagraph('The note.')}</w:footnote>`,
    );
    const document = await parsed(await zipOf(docxParts(body, { footnotes })), DOCX);
    expect(outline(document)).toEqual([
      'paragraph: kept inserted[1]\nnext tab',
      'footnote: [1] The note.',
      'paragraph: boxed',
      'heading3: Outlined',
    ]);
  });

  test('follows styles to what they are based on, in any language', async () => {
    const styles = wordNamespace(
      'styles',
      [
        '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>',
        '<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="berschrift1"/></w:style>',
        '<w:style w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>',
        '<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style><w:style w:styleId="T"><w:name w:val="Title"/></w:style>',
      ].join(''),
    );
    const body = [
      ['T', 'The title'],
      ['TOC1', 'Mine 1'],
      ['Mine', 'Styled'],
      ['A', 'Circle'],
      ['Gone', 'Unknown'],
    ]
      .map(([style, text]) => wordParagraph(text ?? '', `<w:pStyle w:val="${style}"/>`))
      .join('');
    const document = await parsed(await zipOf(docxParts(body, { styles })), DOCX);
    expect(outline(document)).toEqual([
      'heading1: The title',
      'heading1: Styled',
      'paragraph: Circle',
      'paragraph: Unknown',
    ]);
    expect(document.title).toBe('The title');
  });

  test.each([
    [
      'an external entity',
      '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
      'library.unsafe_archive',
    ],
    ['nothing before it', '', null],
  ])('a document with %s', async (_, prolog, expected) => {
    const parts = docxParts(wordParagraph('text'));
    const main = String(parts['word/document.xml']).replace('?>', `?>${prolog}`);
    expect(await failure(await zipOf({ ...parts, 'word/document.xml': main }), DOCX)).toBe(expected);
  });

  test('deep nesting, a missing document and no text are refused', async () => {
    expect(await failure(await zipOf(docxParts('<w:p>'.repeat(5_000))), DOCX)).toBe('library.damaged_file');
    expect(await failure(await zipOf({ '[Content_Types].xml': '<Types/>' }), DOCX)).toBe(
      'library.damaged_file',
    );
    expect(await failure(await zipOf(docxParts('')), DOCX)).toBe('library.no_text');
    expect(await failure('PK no zip', DOCX)).toBe('library.damaged_file');
  });
});
