import JSZip from 'jszip';
import { parseBytes } from '../formats/index.ts';
import type { MediaType, ParsedDocument, ParseFailure } from '../port.ts';

/** Small files made for the tests of the parsers. */

export type Parts = Readonly<Record<string, string | Uint8Array>>;

export async function zipOf(parts: Parts): Promise<Buffer> {
  const zip = new JSZip();
  for (const [name, content] of Object.entries(parts)) zip.file(name, content, { createFolders: false });
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

/** The parts of a DOCX around the content of its body; `extra` are more parts of `word/`, each with its relation. */
export function docxParts(body: string, extra: Parts = {}): Parts {
  const names = Object.keys(extra);
  return {
    '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${WORD}.document.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>${body}</w:body></w:document>`,
    'word/_rels/document.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((name, index) => `<Relationship Id="p${index}" Type="${RELATIONS}/${name}" Target="${name}.xml"/>`).join('')}</Relationships>`,
    ...Object.fromEntries(Object.entries(extra).map(([name, content]) => [`word/${name}.xml`, content])),
  };
}

/** One paragraph with these properties and this text. */
export function wordParagraph(text: string, properties = ''): string {
  return `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

export function wordNamespace(element: string, content: string): string {
  return `<w:${element} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">${content}</w:${element}>`;
}

/** The parts of an EPUB 3 with these chapters: file name, body, and the title in the contents where there is one. */
export function epubParts(
  chapters: readonly { name: string; body: string; title?: string }[],
  metadata = '',
): Parts {
  const items = chapters.map(
    ({ name }, index) => `<item id="c${index}" href="${name}" media-type="application/xhtml+xml"/>`,
  );
  const spine = chapters.map((_, index) => `<itemref idref="c${index}"/>`);
  const links = chapters.flatMap(({ name, title }) =>
    title === undefined ? [] : [`<li><a href="${name}">${title}</a></li>`],
  );
  return {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    'OEBPS/book.opf': `<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Book</dc:title><dc:creator>Ada One</dc:creator><dc:creator>Bo Two</dc:creator><dc:language>en-GB</dc:language>${metadata}</metadata><manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>${items.join('')}</manifest><spine>${spine.join('')}</spine></package>`,
    'OEBPS/nav.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="toc"><ol>${links.join('')}</ol></nav></body></html>`,
    ...Object.fromEntries(
      chapters.map(({ name, body }) => [
        `OEBPS/${name}`,
        `<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>t</title></head><body>${body}</body></html>`,
      ]),
    ),
  };
}

/** Parses in this process, which only tests may do, and throws the failure's code where there is one. */
export async function parsed(
  content: string | Uint8Array,
  mediaType: MediaType,
  maxTextChars = 1_000_000,
): Promise<ParsedDocument> {
  const result = await parseBytes(typeof content === 'string' ? Buffer.from(content) : content, mediaType, {
    maxTextChars,
  });
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

export async function failure(
  content: string | Uint8Array,
  mediaType: MediaType,
): Promise<ParseFailure['code'] | null> {
  const result = await parseBytes(typeof content === 'string' ? Buffer.from(content) : content, mediaType, {
    maxTextChars: 1_000_000,
  });
  return result.ok ? null : result.error.code;
}

/** Blocks as `kind+level: text`, without pages. */
export function outline(document: ParsedDocument): string[] {
  return document.structure
    .filter((item) => item.kind !== 'page')
    .map((item) => `${item.kind}${item.level ?? ''}: ${document.text.slice(item.start, item.end)}`);
}
