import { describe, expect, test } from 'vitest';
import { failure, outline, parsed } from '../testing/files.ts';

describe('plain text', () => {
  test('has paragraphs by blank lines, with their lines kept', async () => {
    const document = await parsed(
      'First line\r\nsecond  line   \r\n\r\n\r\n  Next\n\tparagraph\n',
      'text/plain',
    );
    expect(document.text).toBe('First line\nsecond  line\n\n  Next\n\tparagraph');
    expect(document.structure.map((item) => item.kind)).toEqual(['paragraph', 'paragraph']);
  });

  test('knows chapters and numbered headings; a chapter is no title', async () => {
    const text =
      'CHAPTER I.\nDown the Rabbit-Hole\n\nAlice was tired.\n\n1. Beginnings\n\nProse.\n\n1.2 More of it\n\nProse.\n\n第一章 始まり\n\n本文。';
    const document = await parsed(text, 'text/plain');
    expect(outline(document).filter((line) => line.startsWith('heading'))).toEqual([
      'heading1: CHAPTER I. Down the Rabbit-Hole',
      'heading2: 1. Beginnings',
      'heading3: 1.2 More of it',
      'heading1: 第一章 始まり',
    ]);
    expect(document.title).toBeNull();
  });

  test.each([
    ['a numbered list', '1. Milk\n\n2. Bread\n\n3. Butter'],
    ['a numbered sentence', '1. This is a sentence that ends.\n\nProse.'],
    [
      'prose about chapters',
      'Chapter one of the book is about whales and nothing else that would matter to anyone who reads this line here.',
    ],
    ['a year', '1984 was a year.\n\nProse.'],
  ])('%s is no heading', async (_, text) => {
    expect(outline(await parsed(text, 'text/plain')).filter((line) => line.startsWith('heading'))).toEqual(
      [],
    );
  });

  test('blank or binary files are refused', async () => {
    expect(await failure('', 'text/plain')).toBe('library.empty_file');
    expect(await failure(' \n\t\n', 'text/plain')).toBe('library.empty_file');
    expect(await failure('a\0b', 'text/plain')).toBe('library.unsupported_format');
  });

  test('a text above the limit is refused', async () => {
    await expect(parsed('word '.repeat(100), 'text/plain', 100)).rejects.toThrow('library.text_too_long');
  });
});
