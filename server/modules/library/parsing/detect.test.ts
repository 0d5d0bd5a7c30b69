import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectFile } from './detect.ts';
import { docxParts, epubParts, wordParagraph, zipOf } from './testing/files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detect-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function detect(content: string | Uint8Array, name: string): Promise<string> {
  const path = join(folder, 'object');
  await writeFile(path, content);
  const result = await detectFile(path, name);
  return result.ok ? result.value : result.error.code;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
const HTML = '<!DOCTYPE html><html><body>x</body></html>';
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('detectFile', () => {
  test.each([
    ['a.pdf', '%PDF-1.7\n', 'application/pdf'],
    ['a', '%PDF-1.7\n', 'application/pdf'],
    ['a.pdf', 'junk\n%PDF-1.7\n', 'application/pdf'],
    ['a.html', HTML, 'text/html'],
    ['a.xhtml', `<?xml version="1.0"?>${HTML}`, 'text/html'],
    ['a.html', 'no tags at all', 'text/html'],
    ['a.md', '<div align="center">\n\n# Title\n\n</div>', 'text/markdown'],
    ['README.markdown', 'plain words', 'text/markdown'],
    ['a.txt', '# looks like Markdown\n\n- a', 'text/plain'],
    ['notes', '# Title\n\n- item', 'text/markdown'],
    ['notes', 'plain words', 'text/plain'],
    ['page', '<p>words</p>', 'text/html'],
    ['server.log', '2020-01-01 started', 'text/plain'],
    ['a.txt', Buffer.from('\ufeffhé', 'utf16le'), 'text/plain'],
  ])('%s', async (name, content, expected) => {
    expect(await detect(content, name)).toBe(expected);
  });

  test.each([
    ['a.pdf', HTML],
    ['a.pdf', 'plain words'],
    ['a.pdf', 'MZ\0\0'],
    ['a.pdf', '<!--\n%PDF-1.7\n--><script>x</script>'],
    ['a.txt', '%PDF-1.7\n'],
    ['a.txt', HTML],
    ['a.md', HTML],
    ['a.docx', PNG],
    ['a.epub', 'words'],
    ['a.txt', PNG],
    ['a.png', 'words'],
    ['a.exe', '%PDF-1.7\n'],
  ])('%s with other content is a mismatch', async (name, content) => {
    expect(await detect(content, name)).toBe('library.type_mismatch');
  });

  test.each([
    ['a.png', PNG],
    ['a.bin', PNG],
    ['a', Buffer.from([1, 2, 3, 0, 200, 255])],
    ['a.txt', 'a\0b'],
    ['a.rtf', '{\\rtf1 words}'],
    ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a.xml', '<?xml version="1.0"?><data/>'],
  ])('%s is not supported', async (name, content) => {
    expect(await detect(content, name)).toBe('library.unsupported_format');
  });

  test('archives are told by what they hold', async () => {
    const docx = await zipOf(docxParts(wordParagraph('x')));
    const epub = await zipOf(epubParts([]));
    const sheet = await zipOf({
      '[Content_Types].xml':
        '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    });
    expect(await detect(docx, 'a.docx')).toBe(DOCX);
    expect(await detect(docx, 'a')).toBe(DOCX);
    expect(await detect(docx, 'a.epub')).toBe('library.type_mismatch');
    expect(await detect(epub, 'a.epub')).toBe('application/epub+zip');
    expect(await detect(epub, 'a.docx')).toBe('library.type_mismatch');
    expect(await detect(sheet, 'a.docx')).toBe('library.type_mismatch');
    expect(await detect(sheet, 'a.xlsx')).toBe('library.unsupported_format');
    expect(await detect(await zipOf({ x: 'y' }), 'a.zip')).toBe('library.unsupported_format');
    expect(await detect(await zipOf({ 'a.xml': '1', 'A.xml': '2' }), 'a.docx')).toBe(
      'library.unsafe_archive',
    );
    expect(await detect(docx.subarray(0, 200), 'a.docx')).toBe('library.damaged_file');
  });

  test('an encrypted DOCX is told from an old document', async () => {
    const compound = Buffer.alloc(2_048);
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]).copy(compound);
    compound.writeUInt16LE(9, 30);
    expect(await detect(compound, 'a.docx')).toBe('library.type_mismatch');
    expect(await detect(compound, 'a.doc')).toBe('library.unsupported_format');
    Buffer.from('EncryptedPackage', 'utf16le').copy(compound, 700);
    expect(await detect(compound, 'a.docx')).toBe('library.encrypted_file');
  });

  test('an empty file is told, and one that cannot be read rejects', async () => {
    expect(await detect('', 'a.pdf')).toBe('library.empty_file');
    await expect(detectFile(join(folder, 'none'), 'a.pdf')).rejects.toThrow('ENOENT');
  });
});
