import fc from 'fast-check';
import { HOSTILE_TEXT } from './hostile.ts';
import { idText } from './values.ts';

export interface FormBody {
  readonly contentType: string;
  readonly body: string;
}

const BOUNDARY = 'fuzzboundary';
const CONTENTS = [
  '# A title\n\nThe ferry leaves at dawn.\n',
  '',
  '\0\x01\x02',
  '%PDF-1.7 no real one',
  'PK\x03\x04 no archive',
  '<html><script>alert(1)</script>Words.</html>',
  'a,b\n1,2\n',
  '{"x":1}',
  '\ufeffBOM',
  `line\r\n--${BOUNDARY}x\r\nline`,
  'word '.repeat(2_000),
];
const NAMES = [
  'notes.md',
  'notes.txt',
  'page.html',
  'x.pdf',
  'x.docx',
  'x.exe',
  'x',
  '.htaccess',
  'a.md.exe',
  'CON.txt',
];
const FIELDS = ['collectionId', 'language', 'title', 'file', 'unknown', '__proto__', '', 'collectionId[]'];

const quoted = (text: string) =>
  text.toWellFormed().replaceAll(/["\r\n]/g, (found) => encodeURIComponent(found));
const fileName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_TEXT).map(quoted) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXT.filter((text) => !/[\r\n]/.test(text))) },
);
const file = fc
  .tuple(
    fc.constantFrom('file', 'file', 'file', 'files', '', '__proto__'),
    fileName,
    fc.constantFrom('text/markdown', 'text/html', 'application/pdf', '', 'x', 'text/plain; charset=utf-16'),
    fc.oneof(fc.constantFrom(...CONTENTS), fc.lorem({ maxCount: 40 })),
  )
  .map(([name, fileName, type, content]) =>
    part(
      `form-data; name="${name}"; filename="${fileName}"`,
      content,
      type === '' ? [] : [`Content-Type: ${type}`],
    ),
  );
const field = fc
  .tuple(
    fc.constantFrom(...FIELDS),
    fc.oneof(
      idText('collectionId'),
      fc.constantFrom('en', 'de', 'x'.repeat(36)),
      fc.constantFrom(...HOSTILE_TEXT),
    ),
  )
  .map(([name, value]) => part(`form-data; name="${name}"`, value));
const oddPart = fc.constantFrom(
  part('form-data', 'nameless'),
  part('attachment; filename="x.md"', 'no form data'),
  part('form-data; name=file; filename=x.md', 'unquoted'),
  part(`form-data; name="file"; filename*=UTF-8''%00%ff.md`, 'extended'),
  part('form-data; name="file"; filename="x.md"', 'encoded', ['Content-Transfer-Encoding: base64']),
  part('form-data; name="file"; filename="x.md"', 'long', [`X-Long: ${'x'.repeat(20_000)}`]),
  part(
    'form-data; name="file"; filename="x.md"',
    'many',
    Array.from({ length: 2_100 }, () => 'X: y'),
  ),
  `--${BOUNDARY}\r\n\r\nno headers\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition form-data\r\n\r\nno colon\r\n`,
  `--${BOUNDARY}\n\nline feeds\n`,
);
const manyFields = fc
  .integer({ min: 5, max: 400 })
  .map((count) =>
    Array.from({ length: count }, (_, index) => part(`form-data; name="f${index}"`, 'x')).join(''),
  );
const ending = fc.oneof(
  { weight: 8, arbitrary: fc.constant(`--${BOUNDARY}--\r\n`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', '--', `--${BOUNDARY}`, `--${BOUNDARY}--after`, `--${BOUNDARY}\r\n`),
  },
);
const announced = fc.oneof(
  { weight: 10, arbitrary: fc.constant(`multipart/form-data; boundary=${BOUNDARY}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'multipart/form-data',
      'multipart/form-data; boundary=other',
      `multipart/form-data; boundary="${BOUNDARY}"; boundary=x`,
      `multipart/mixed; boundary=${BOUNDARY}`,
      `multipart/form-data; boundary=${'b'.repeat(100)}`,
    ),
  },
);

/** Forms with files: right ones, hostile names, broken boundaries, more fields than anybody needs. */
export const formBody: fc.Arbitrary<FormBody> = fc
  .tuple(
    announced,
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: file },
        { weight: 4, arbitrary: field },
        { weight: 2, arbitrary: oddPart },
        { weight: 1, arbitrary: manyFields },
      ),
      { maxLength: 4 },
    ),
    ending,
  )
  .map(([contentType, parts, end]) => ({ contentType, body: parts.join('') + end }));

function part(disposition: string, content: string, headers: readonly string[] = []): string {
  const head = [`Content-Disposition: ${disposition}`, ...headers].join('\r\n');
  return `--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n`;
}
