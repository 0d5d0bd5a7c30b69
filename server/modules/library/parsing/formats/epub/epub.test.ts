import { describe, expect, test } from 'vitest';
import { epubParts, failure, outline, parsed, zipOf } from '../../testing/files.ts';
import { resolvePart } from './package.ts';

const EPUB = 'application/epub+zip';

describe('EPUB', () => {
  test('reads chapters in the order of the spine, each under a heading of level 1', async () => {
    const parts = epubParts([
      {
        name: 'b.xhtml',
        title: 'Beginning',
        body: '<h2>Beginning</h2><p>Text<a epub:type="noteref" href="#n">1</a></p><h3>Part</h3><p>More</p><aside epub:type="footnote"><p>The note</p></aside>',
      },
      { name: 'a.xhtml', title: 'Middle', body: '<h2>Inside</h2><p>Text</p>' },
      { name: 'c.xhtml', body: '<h3>Own heading</h3><h4>Below</h4><p>Text</p>' },
      { name: 'd.xhtml', body: '<p>No heading</p>' },
    ]);
    const document = await parsed(await zipOf(parts), EPUB);
    expect(document).toMatchObject({ title: 'A Book', authors: ['Ada One', 'Bo Two'], language: 'en-GB' });
    expect(outline(document)).toEqual([
      'heading1: Beginning',
      'paragraph: Text[1]',
      'heading2: Part',
      'paragraph: More',
      'footnote: The note',
      'heading1: Middle',
      'heading2: Inside',
      'paragraph: Text',
      'heading1: Own heading',
      'heading2: Below',
      'paragraph: Text',
      'paragraph: No heading',
    ]);
  });

  test('reads the titles of an NCX', async () => {
    const parts = epubParts([{ name: 'a.xhtml', body: '<p>Text</p>' }]);
    const opf = String(parts['OEBPS/book.opf']).replace(
      '</manifest>',
      '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>',
    );
    const ncx =
      '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx><navMap><navPoint><navLabel><text>One</text></navLabel><content src="a.xhtml#top"/></navPoint></navMap></ncx>';
    const document = await parsed(
      await zipOf({ ...parts, 'OEBPS/book.opf': opf, 'OEBPS/toc.ncx': ncx }),
      EPUB,
    );
    expect(outline(document)).toEqual(['heading1: One', 'paragraph: Text']);
  });

  test('an encrypted book is refused, obfuscated fonts are not', async () => {
    const parts = epubParts([{ name: 'a.xhtml', body: '<p>Text</p>' }]);
    const encryption = (algorithm: string): string =>
      `<encryption><EncryptedData><EncryptionMethod Algorithm="${algorithm}"/></EncryptedData></encryption>`;
    const locked = await zipOf({
      ...parts,
      'META-INF/encryption.xml': encryption('http://www.w3.org/2001/04/xmlenc#aes256-cbc'),
    });
    const fonts = await zipOf({
      ...parts,
      'META-INF/encryption.xml': encryption('http://www.idpf.org/2008/embedding'),
    });
    expect(await failure(locked, EPUB)).toBe('library.encrypted_file');
    expect(await failure(fonts, EPUB)).toBeNull();
  });

  test('a package that leads out of the book, or none, is refused', async () => {
    const parts = epubParts([{ name: 'a.xhtml', body: '<p>Text</p>' }]);
    const container = (path: string): string =>
      String(parts['META-INF/container.xml']).replace('OEBPS/book.opf', path);
    expect(
      await failure(await zipOf({ ...parts, 'META-INF/container.xml': container('../../etc/passwd') }), EPUB),
    ).toBe('library.unsafe_archive');
    expect(
      await failure(await zipOf({ ...parts, 'META-INF/container.xml': container('none.opf') }), EPUB),
    ).toBe('library.damaged_file');
  });

  test.each([
    ['a/b.opf', 'c.xhtml#x', { name: 'a/c.xhtml', fragment: 'x' }],
    ['a/b.opf', '../c%20d.xhtml', { name: 'c d.xhtml', fragment: '' }],
    ['a/b.opf', '#x', { name: 'a/b.opf', fragment: 'x' }],
    ['a/b.opf', '../../etc/passwd', null],
    ['a/b.opf', 'https://x.example/', null],
    ['a/b.opf', 'data:text/html,x', null],
    ['a/b.opf', '//x.example/y', null],
  ])('from %s, %s leads to the part', (from, href, expected) => {
    expect(resolvePart(from, href)).toEqual(expected);
  });
});
