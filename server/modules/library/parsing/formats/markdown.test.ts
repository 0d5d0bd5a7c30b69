import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure, outline, parsed } from '../testing/files.ts';
import { slices } from './markdown.ts';

describe('Markdown', () => {
  test('keeps the words and the structure, not the syntax', async () => {
    const document = await parsed(
      [
        '# One *bold* idea',
        '',
        'Hello **world**, [a link](http://x.example) and `code`,',
        'wrapped.  ',
        'Broken ![picture](p.png).[^1]',
        '',
        '- a',
        '- b',
        '  1. c',
        '- [x] done',
        '',
        '| h1 | h2 |',
        '|----|----|',
        '| 1  | *2* |',
        '',
        '```js',
        'let x  =  1;',
        '',
        'y',
        '```',
        '',
        '> quoted',
        '',
        '[^1]: The note.',
      ].join('\n'),
      'text/markdown',
    );
    expect(outline(document)).toEqual([
      'heading1: One bold idea',
      'paragraph: Hello world, a link and code, wrapped.\nBroken picture.[1]',
      'listItem: - a',
      'listItem: - b',
      'listItem: 1. c',
      'listItem: - [x] done',
      'tableRow: h1 | h2',
      'tableRow: 1 | 2',
      'code: let x  =  1;\n\ny',
      'quote: quoted',
      'footnote: [1] The note.',
    ]);
    expect(document.title).toBe('One bold idea');
  });

  test('reads front matter', async () => {
    const document = await parsed(
      '---\ntitle: "A: title"\nauthors:\n  - Ada; Cy\n  - name: Bo and Sons\nlang: fr\n---\n\nText.',
      'text/markdown',
    );
    expect(document).toMatchObject({
      title: 'A: title',
      authors: ['Ada', 'Cy', 'Bo and Sons'],
      language: 'fr',
      text: 'Text.',
    });
    expect((await parsed('---\n\nA rule, no front matter.\n\n---\n', 'text/markdown')).text).toBe(
      'A rule, no front matter.',
    );
  });

  test('reads HTML inside, but no scripts', async () => {
    const document = await parsed(
      '<h1 align="center">Title</h1>\n\n<script>alert(1)</script>\n\na <b>bold</b> word',
      'text/markdown',
    );
    expect(outline(document)).toEqual(['heading1: Title', 'paragraph: a bold word']);
  });

  test.each([
    ['brackets', '['.repeat(300_000)],
    ['quotes in quotes', '> '.repeat(20_000)],
    ['lists in lists', Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n')],
    [
      '2,000 levels of lists',
      Array.from({ length: 2_000 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n'),
    ],
    ['many lines of lists in lists', `${'- '.repeat(39)}x\n`.repeat(3_000)],
    ['many lines of quotes in quotes', `${'> '.repeat(39)}x\n\n`.repeat(3_000)],
    ['200,000 elements in elements', `${'<div>\n\n'.repeat(200_000)}x`],
    ['emphasis', '*a_ '.repeat(4_000)],
    ['a wide table', `${'|a'.repeat(4_000)}\n${'|-'.repeat(4_000)}\n${'|x'.repeat(4_000)}`],
  ])('%s end as text and in time', async (_, text) => {
    const document = await parsed(`before\n\n${text}\n\nafter`, 'text/markdown', 5_000_000);
    expect(document.text.startsWith('before')).toBe(true);
    expect(document.text.endsWith('after')).toBe(true);
  });

  test('lists, quotes and elements as deep as people nest them keep their structure', async () => {
    const list = Array.from({ length: 12 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n');
    const document = await parsed(
      `${`# T\n\n${list}\n\n> > > > said\n\n`.repeat(60)}<div>\n\n# End\n\n</div>`,
      'text/markdown',
    );
    const kinds = Map.groupBy(document.structure, (item) => item.kind);
    expect([kinds.get('listItem')?.length, kinds.get('quote')?.length, kinds.get('heading')?.length]).toEqual(
      [720, 60, 61],
    );
  });

  test('a blank file is refused', async () => {
    expect(await failure('\n\n', 'text/markdown')).toBe('library.empty_file');
  });
});

describe('slices', () => {
  test('put together give the text, and cut no fence', () => {
    const line = fc.oneof(
      fc.constantFrom('# h', '```', '~~~~', '', 'text', '- item', '    code'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.integer({ min: 4, max: 40 }), (lines, limit) => {
        expect(slices(lines.join('\n'), limit).join('')).toBe(lines.join('\n'));
      }),
    );
    const fenced = `# a\n\n\`\`\`\n# no heading\n\n# nor this\n\`\`\`\n\n# b\n`;
    expect(
      slices(fenced, 8)
        .filter((part) => part.includes('```'))
        .every((part) => part.match(/```/g)?.length === 2),
    ).toBe(true);
  });
});
