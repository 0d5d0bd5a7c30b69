import type { SampleDocument } from './manifest.ts';
import { type Block, type Line, plain, type SourceText } from './source.ts';
import { escapeXml, makeZip } from './zip.ts';

interface Chapter {
  readonly file: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

const style = `body { font-family: serif; line-height: 1.5; margin: 1em; }
h1 { margin: 2em 0 1em; text-align: center; }
p { margin: 0; text-indent: 1.2em; }
h1 + p, blockquote p { text-indent: 0; }
blockquote.letter { margin: 1em 2em; }
blockquote.letter p { margin: .5em 0; }
aside { border-top: 1px solid; font-size: .9em; margin-top: 2em; padding-top: .5em; }
`;

/** EPUB 3.3 with one file a chapter (level-2 headings), footnotes as asides, quotes as letters, and an NCX for EPUB 2 readers. */
export async function makeEpub(document: SampleDocument, source: SourceText): Promise<Uint8Array> {
  const chapters = splitChapters(source);
  const pages = chapters.map((chapter) => ({
    path: `EPUB/${chapter.file}`,
    content: chapterPage(document, chapter, source),
  }));
  return makeZip([
    { path: 'mimetype', content: 'application/epub+zip', stored: true },
    { path: 'META-INF/container.xml', content: container },
    { path: 'EPUB/package.opf', content: packageFile(document, chapters) },
    { path: 'EPUB/nav.xhtml', content: navigation(document, chapters) },
    { path: 'EPUB/toc.ncx', content: ncx(document, chapters) },
    { path: 'EPUB/style.css', content: style },
    ...pages,
  ]);
}

const container = `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
`;

function splitChapters(source: SourceText): Chapter[] {
  const chapters: { file: string; title: string; blocks: Block[] }[] = [];
  for (const block of source.blocks) {
    if (block.kind === 'heading' && block.level === 2) {
      chapters.push({ file: `chapter-${chapters.length + 1}.xhtml`, title: plain(block.line), blocks: [] });
    } else if (!(block.kind === 'heading' && block.level === 1)) {
      const chapter = chapters.at(-1);
      if (chapter === undefined) throw new Error('A story begins with a chapter heading.');
      chapter.blocks.push(block);
    }
  }
  return chapters;
}

const identifier = (document: SampleDocument): string =>
  `urn:scriptorium:sample:${document.file.replace('.epub', '')}`;

function packageFile(document: SampleDocument, chapters: readonly Chapter[]): string {
  const items = chapters.map(
    ({ file }, index) =>
      `    <item id="chapter-${index + 1}" href="${file}" media-type="application/xhtml+xml"/>`,
  );
  const spine = chapters.map((_, index) => `    <itemref idref="chapter-${index + 1}"/>`);
  const creators = document.authors.map((author) => `    <dc:creator>${escapeXml(author)}</dc:creator>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="${document.language}">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="id">${identifier(document)}</dc:identifier>
    <dc:title>${escapeXml(document.title)}</dc:title>
${creators.join('\n')}
    <dc:language>${document.language}</dc:language>
    <dc:date>${document.published}</dc:date>
    <meta property="dcterms:modified">${document.published}T00:00:00Z</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
    <item id="style" href="style.css" media-type="text/css"/>
${items.join('\n')}
  </manifest>
  <spine toc="ncx">
${spine.join('\n')}
  </spine>
</package>
`;
}

function page(document: SampleDocument, title: string, body: string, head = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="${document.language}" xml:lang="${document.language}">
<head>
<title>${escapeXml(title)}</title>
${head}</head>
<body>
${body}
</body>
</html>
`;
}

function navigation(document: SampleDocument, chapters: readonly Chapter[]): string {
  const items = chapters.map(({ file, title }) => `<li><a href="${file}">${escapeXml(title)}</a></li>`);
  const body = `<nav epub:type="toc" id="toc">\n<h1>Contents</h1>\n<ol>\n${items.join('\n')}\n</ol>\n</nav>`;
  return page(document, document.title, body);
}

function ncx(document: SampleDocument, chapters: readonly Chapter[]): string {
  const points = chapters.map(
    ({ file, title }, index) =>
      `    <navPoint id="p${index + 1}" playOrder="${index + 1}"><navLabel><text>${escapeXml(title)}</text></navLabel><content src="${file}"/></navPoint>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="${document.language}">
  <head><meta name="dtb:uid" content="${identifier(document)}"/></head>
  <docTitle><text>${escapeXml(document.title)}</text></docTitle>
  <navMap>
${points.join('\n')}
  </navMap>
</ncx>
`;
}

function chapterPage(document: SampleDocument, chapter: Chapter, source: SourceText): string {
  const asides = [...source.notes]
    .filter(([label]) => chapter.blocks.some((block) => linesOf(block).some((line) => refersTo(line, label))))
    .map(
      ([label, line]) => `<aside epub:type="footnote" id="note-${label}">\n<p>${inline(line)}</p>\n</aside>`,
    );
  const body = [
    `<section epub:type="chapter">\n<h1>${escapeXml(chapter.title)}</h1>`,
    ...chapter.blocks.map(toXhtml),
    ...asides,
    '</section>',
  ];
  const head = '<link rel="stylesheet" type="text/css" href="style.css"/>\n';
  return page(document, chapter.title, body.join('\n'), head);
}

const refersTo = (line: Line, label: string): boolean => line.some((span) => span.note === label);

function linesOf(block: Block): readonly Line[] {
  if (block.kind === 'paragraph') return [block.line];
  return block.kind === 'quote' ? block.paragraphs : [];
}

function toXhtml(block: Block): string {
  if (block.kind === 'paragraph') return `<p>${inline(block.line)}</p>`;
  if (block.kind !== 'quote') throw new Error(`A story holds paragraphs and letters, not a ${block.kind}.`);
  const paragraphs = block.paragraphs.map((line) => `<p>${inline(line)}</p>`);
  return `<blockquote class="letter">\n${paragraphs.join('\n')}\n</blockquote>`;
}

function inline(line: Line): string {
  return line
    .map((span) => {
      if (span.note !== undefined) {
        return `<a epub:type="noteref" href="#note-${span.note}"><sup>*</sup></a>`;
      }
      const text = escapeXml(span.text);
      const emphasised = span.italic ? `<em>${text}</em>` : text;
      return span.bold ? `<strong>${emphasised}</strong>` : emphasised;
    })
    .join('');
}
