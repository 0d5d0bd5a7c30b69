import { bytes, CANARY, file, type HostileFile } from './hostile-file.ts';
import { type RawEntry, rawZip } from './zip.ts';

const contentTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
const relationships = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`;
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

const entry = (name: string, text: string): RawEntry => ({ name, content: bytes(text) });
const wordDocument = (text: string): string =>
  `<w:document ${word}><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`;

function docx(document: string, extra: readonly RawEntry[] = []): Buffer<ArrayBuffer> {
  return rawZip([
    entry('[Content_Types].xml', contentTypes),
    entry('_rels/.rels', relationships),
    entry('word/document.xml', document),
    ...extra,
  ]);
}

/** Word-processing documents that attack the archive, the XML or whoever opens them. */
export function hostileDocx(trap: string): HostileFile[] {
  const good = wordDocument(CANARY);
  const entity = (declaration: string, use: string): string =>
    `<?xml version="1.0"?><!DOCTYPE d [${declaration}]>${wordDocument(`${CANARY} ${use}`)}`;
  const laughs = Array.from(
    { length: 9 },
    (_, level) => `<!ENTITY a${level + 1} "${`&a${level};`.repeat(10)}">`,
  ).join('');
  const zeros = (): Buffer => Buffer.alloc(260_000_000);
  const template = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="${trap}/template.dotm" TargetMode="External"/></Relationships>`;
  return [
    file('good.docx', () => docx(good), 'ready'),
    file(
      'external-template.docx',
      () => docx(good, [entry('word/_rels/document.xml.rels', template)]),
      'ready',
    ),
    file('entity-file.docx', () => docx(entity('<!ENTITY x SYSTEM "file:///etc/passwd">', '&x;')), 'either'),
    file('entity-http.docx', () => docx(entity(`<!ENTITY x SYSTEM "${trap}/xxe">`, '&x;')), 'either'),
    file('billion-laughs.docx', () => docx(entity(`<!ENTITY a0 "lol">${laughs}`, '&a9;')), 'refused'),
    file('climbing-path.docx', () => docx(good, [entry('../../../../tmp/canary.txt', 'x')]), 'refused'),
    file('absolute-path.docx', () => docx(good, [entry('/etc/canary', 'x')]), 'refused'),
    file('backslash-path.docx', () => docx(good, [entry('word\\..\\..\\canary.txt', 'x')]), 'refused'),
    file(
      'two-of-one-name.docx',
      () => docx(good, [entry('word/document.xml', wordDocument('second'))]),
      'refused',
    ),
    file(
      'two-by-case.docx',
      () => docx(good, [entry('Word/Document.XML', wordDocument('second'))]),
      'refused',
    ),
    file(
      'many-entries.docx',
      () =>
        docx(
          good,
          Array.from({ length: 20_000 }, (_, i) => entry(`word/e${i}.xml`, '')),
        ),
      'refused',
    ),
    file('expands.docx', () => docx(good, [{ name: 'word/media/big.xml', content: zeros() }]), 'refused'),
    file(
      'expands-more-than-said.docx',
      () =>
        rawZip([
          entry('[Content_Types].xml', contentTypes),
          entry('_rels/.rels', relationships),
          {
            name: 'word/document.xml',
            content: Buffer.concat([bytes(good), zeros()]),
            claimedSize: good.length,
          },
        ]),
      'refused',
    ),
    file(
      'encrypted-entry.docx',
      () => docx(good, [{ ...entry('word/styles.xml', '<a/>'), encrypted: true }]),
      'refused',
    ),
    file(
      'deep.docx',
      () =>
        docx(
          `<w:document ${word}><w:body>${'<w:p>'.repeat(200_000)}${'</w:p>'.repeat(200_000)}</w:body></w:document>`,
        ),
      'refused',
    ),
    file(
      'no-document.docx',
      () => rawZip([entry('[Content_Types].xml', contentTypes), entry('_rels/.rels', relationships)]),
      'refused',
    ),
    file('unclosed.docx', () => docx(`<w:document ${word}><w:body><w:p><w:r><w:t>${CANARY}`), 'either'),
    file('cut.docx', () => docx(good).subarray(0, 500), 'refused'),
    file(
      'picture.docx',
      () => Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)]),
      'refused',
    ),
    file('empty.docx', () => Buffer.alloc(0), 'refused'),
  ];
}

const epubMediaType: RawEntry = { ...entry('mimetype', 'application/epub+zip'), stored: true };
const container = (path: string): RawEntry =>
  entry(
    'META-INF/container.xml',
    `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="${path}" media-type="application/oebps-package+xml"/></rootfiles></container>`,
  );

function epub(chapter: string, spine = '<itemref idref="c"/>'): Buffer<ArrayBuffer> {
  const opf = `<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier><dc:title>T</dc:title><dc:language>en</dc:language></metadata><manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine>${spine}</spine></package>`;
  return rawZip([epubMediaType, container('p.opf'), entry('p.opf', opf), entry('c.xhtml', chapter)]);
}

const xhtml = (body: string, doctype = ''): string =>
  `<?xml version="1.0"?>${doctype}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><p>${CANARY}</p>${body}</body></html>`;

/** The same for books. */
export function hostileEpub(trap: string): HostileFile[] {
  const outside = `<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "${trap}/entity">]>`;
  return [
    file('good.epub', () => epub(xhtml('')), 'ready'),
    file(
      'script-and-remote.epub',
      () =>
        epub(
          xhtml(
            `<script src="${trap}/s.js"></script><img src="${trap}/i.png"/><iframe src="file:///etc/passwd"></iframe>`,
          ),
        ),
      'ready',
    ),
    file('entities.epub', () => epub(xhtml('<p>&x;&y;</p>', outside)), 'either'),
    file(
      'chapter-ten-thousand-times.epub',
      () => epub(xhtml(''), '<itemref idref="c"/>'.repeat(10_000)),
      'either',
    ),
    file('spine-of-nothing.epub', () => epub(xhtml(''), '<itemref idref="missing"/>'), 'refused'),
    file(
      'climbing-package.epub',
      () => rawZip([epubMediaType, container('../../../../etc/passwd')]),
      'refused',
    ),
    file(
      'wrong-media-type.epub',
      () => rawZip([{ ...entry('mimetype', 'text/plain'), stored: true }]),
      'refused',
    ),
    file('deep.epub', () => epub(xhtml(`${'<div>'.repeat(200_000)}${'</div>'.repeat(200_000)}`)), 'either'),
  ];
}
