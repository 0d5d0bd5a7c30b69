import { deflateSync } from 'node:zlib';
import { hostileDocx, hostileEpub } from './hostile-archives.ts';
import { bytes, CANARY, file, type HostileFile } from './hostile-file.ts';

/**
 * Files that attack a reader, built here so that the suite needs nothing from outside.
 * `trap` is the address of a server on which any request is a defect.
 */
export function hostileFiles(trap: string): HostileFile[] {
  return [...hostileDocx(trap), ...hostileEpub(trap), ...hostilePdf(), ...hostileText(trap)];
}

function pdf(objects: readonly (string | Buffer)[]): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [bytes('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = 9;
  objects.forEach((object, index) => {
    const part = Buffer.concat([bytes(`${index + 1} 0 obj\n`), Buffer.from(object), bytes('\nendobj\n')]);
    offsets.push(length);
    parts.push(part);
    length += part.length;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  parts.push(
    bytes(
      `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer<</Size ${count} /Root 1 0 R>>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function hostilePdf(): HostileFile[] {
  const catalog = '<</Type/Catalog/Pages 2 0 R>>';
  const pages = '<</Type/Pages/Kids[3 0 R]/Count 1>>';
  const page =
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>';
  const text = `BT /F1 12 Tf 20 100 Td (${CANARY}) Tj ET`;
  const good = pdf([catalog, pages, page, `<</Length ${text.length}>>stream\n${text}\nendstream`]);
  const bomb = (): Buffer => {
    const stream = deflateSync(Buffer.alloc(200_000_000, '\n'), { level: 9 });
    const head = bytes(`<</Length ${stream.length}/Filter/FlateDecode>>stream\n`);
    return Buffer.concat([head, stream, bytes('\nendstream')]);
  };
  const script = catalog.replace(
    '>>',
    '/OpenAction<</S/JavaScript/JS(app.launchURL("http://127.0.0.1:9/"))>>>>',
  );
  return [
    file('good.pdf', () => good, 'ready'),
    file(
      'script.pdf',
      () => pdf([script, pages, page, `<</Length ${text.length}>>stream\n${text}\nendstream`]),
      'ready',
    ),
    file('expanding-stream.pdf', () => pdf([catalog, pages, page, bomb()]), 'refused'),
    file('page-loop.pdf', () => pdf([catalog, '<</Type/Pages/Kids[2 0 R]/Count 1>>']), 'refused'),
    file(
      'billion-pages.pdf',
      () =>
        pdf([
          catalog,
          '<</Type/Pages/Kids[3 0 R]/Count 1000000000>>',
          '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>',
        ]),
      'refused',
    ),
    file('cut.pdf', () => good.subarray(0, 150), 'refused'),
    file('head-only.pdf', () => bytes('%PDF-1.7\n'), 'refused'),
    file('page.pdf', () => bytes('<html><script>alert(1)</script></html>'), 'refused'),
    file('program.pdf', () => Buffer.concat([bytes('MZ'), Buffer.alloc(510)]), 'refused'),
    file('empty.pdf', () => Buffer.alloc(0), 'refused'),
  ];
}

function hostileText(trap: string): HostileFile[] {
  return [
    file('good.txt', () => bytes(CANARY), 'ready'),
    file('nul.txt', () => bytes('a\0b'), 'refused'),
    file(
      'latin-1.txt',
      () => Buffer.from('Le café était fermé, la fenêtre grande ouverte. '.repeat(5), 'latin1'),
      'ready',
    ),
    file(
      'utf-16.txt',
      () =>
        Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Größe und Übermut. '.repeat(5), 'utf16le')]),
      'ready',
    ),
    file(
      'surrogates.txt',
      () => Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x62, 0x0a, 0xff, 0xfe, 0x63]),
      'either',
    ),
    file('blank.txt', () => bytes(' \n\t\n '), 'refused'),
    file('one-line.md', () => bytes('['.repeat(2_000_000)), 'either'),
    file('quotes.md', () => bytes('>'.repeat(100_000)), 'either'),
    file(
      'nested-list.md',
      () => bytes(Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth * 2)}- item`).join('\n')),
      'either',
    ),
    file('emphasis.md', () => bytes('*a **b '.repeat(50_000)), 'either'),
    file(
      'backticks.md',
      () => bytes(Array.from({ length: 2_000 }, (_, n) => '`'.repeat(n)).join(' ')),
      'either',
    ),
    file('links.md', () => bytes(`${'[a]('.repeat(50_000)}`), 'either'),
    file('combining.txt', () => bytes(`e${'\u0301'.repeat(500_000)}`), 'either'),
    file('long-word.txt', () => bytes('x'.repeat(3_000_000)), 'either'),
    file('deep.html', () => bytes(`<!doctype html><p>${CANARY}</p>${'<div>'.repeat(200_000)}`), 'either'),
    file(
      'remote.html',
      () =>
        bytes(
          `<!doctype html><script src="${trap}/s.js"></script><link rel="stylesheet" href="${trap}/c.css"><img src="${trap}/i.png"><p>${CANARY}</p>`,
        ),
      'ready',
    ),
    file(
      'attributes.html',
      () =>
        bytes(
          `<!doctype html><p ${Array.from({ length: 100_000 }, (_, n) => `a${n}=1`).join(' ')}>${CANARY}</p>`,
        ),
      'either',
    ),
  ];
}

/** Names that a browser, a shell, a spreadsheet or a file system trips over. */
export const hostileNames: readonly string[] = [
  '../../etc/passwd.txt',
  '..\\..\\x.txt',
  '/abs.txt',
  'C:\\x.txt',
  'a\u202etxt.exe.txt',
  'CON.txt',
  '.htaccess.txt',
  'x.txt;.html',
  '"; rm -rf ;".txt',
  '=cmd|calc.csv.txt',
  `${'a'.repeat(300)}.txt`,
  'e\u0301.txt',
  'emoji-😀.txt',
  '<img src=x onerror=alert(1)>.txt',
  '%00.txt',
  '.',
  '..',
  ' ',
];
