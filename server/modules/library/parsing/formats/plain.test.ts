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

  test.each([
    ['a line above the text', 'The Ferry at Orsey\n\nIt leaves at dawn.', 'The Ferry at Orsey'],
    [
      'after blank lines',
      '\n\n  Minutes of the Third Meeting  \n\nPresent: all.',
      'Minutes of the Third Meeting',
    ],
    ['a question', 'Who owns the river?\n\nNobody does.', 'Who owns the river?'],
    ['a colon inside', 'Report: The Flood of 2024\n\nProse.', 'Report: The Flood of 2024'],
    [
      'Japanese',
      '市立図書館みなと分館移転検討会　第三回議事録\n\n日時　令和六年',
      '市立図書館みなと分館移転検討会 第三回議事録',
    ],
    ['Arabic', 'تقرير عن مستوى النهر\n\nنص.', 'تقرير عن مستوى النهر'],
  ])('%s is the title', async (_, text, title) => {
    expect((await parsed(text, 'text/plain')).title).toBe(title);
  });

  test.each([
    ['a salutation', 'Dear Sir,\n\nWe write to you.'],
    ['a salutation without a comma', 'Dear Sir or Madam\n\nWe write to you.'],
    ['a German salutation', 'Sehr geehrte Frau Eins\n\nWir schreiben.'],
    ['a greeting', 'Hi Ada!\n\nHow are you?'],
    ['a French salutation', 'Madame, Monsieur,\n\nNous écrivons.'],
    ['a Japanese salutation', '拝啓\n\n時下ますます。'],
    ['a sentence', 'The ferry leaves at dawn.\n\nIt is cold.'],
    ['a Japanese sentence', '本日は晴れです。\n\n明日も。'],
    ['a list item', '- Milk\n\n- Bread'],
    ['a numbered item', '1. Milk\n\n2. Bread'],
    ['a lettered item', 'a) Milk\n\nb) Bread'],
    ['a chapter', 'CHAPTER I.\n\nAlice was tired.'],
    ['a mail header', 'Subject: The flood\n\nProse.'],
    ['a mail address', 'ada@example.org\n\nProse.'],
    ['an address of the web', 'https://example.org/a\n\nProse.'],
    ['a date', '12 May 2024\n\nDear Sir,'],
    ['a date in words', 'Halleck Falls, 12 May 2024\n\nDear Sir,'],
    ['a Japanese date', '令和六年十月二十三日\n\n本文。'],
    ['a number', '4711\n\nProse.'],
    ['a rule', '----------\n\nProse.'],
    ['code', 'const a = 1;\n\nreturn a;'],
    ['lower case prose', 'and so it went on\n\nProse.'],
    ['a table row', 'Name\tAmount\n\nAda\t1'],
    ['a long line', `${'Long '.repeat(30)}\n\nProse.`],
    ['a paragraph of two lines', 'First line\nsecond line\n\nProse.'],
    ['a line alone', 'Just a line'],
  ])('%s is no title', async (_, text) => {
    expect((await parsed(text, 'text/plain')).title).toBeNull();
  });

  test('the title stays a paragraph of the text', async () => {
    const document = await parsed('The Ferry\n\nIt leaves.', 'text/plain');
    expect(outline(document)).toEqual(['paragraph: The Ferry', 'paragraph: It leaves.']);
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
