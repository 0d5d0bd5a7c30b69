import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createWorld, eventually, formOf, type World } from '../../testing/world.ts';
import { attachmentNamed } from './attachment.ts';

describe('the name of an attachment', () => {
  test.each([
    ['report.pdf', 'report.pdf', 'report.pdf'],
    ['folder/sub/report.pdf', 'report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd', 'passwd'],
    ['C:\\temp\\report.pdf', 'report.pdf', 'report.pdf'],
    ['Übersicht 概要.txt', '_bersicht __.txt', '%C3%9Cbersicht%20%E6%A6%82%E8%A6%81.txt'],
    ['a"; filename="evil.exe', 'a_; filename=_evil.exe', 'a%22%3B%20filename%3D%22evil.exe'],
    ['a\r\nSet-Cookie: x=1.txt', 'aSet-Cookie: x=1.txt', 'aSet-Cookie%3A%20x%3D1.txt'],
    ['annexe\u202ecod.exe', 'annexecod.exe', 'annexecod.exe'],
    ["it's (1)*.txt", "it's (1)*.txt", 'it%27s%20%281%29%2A.txt'],
    ['100%.txt', '100_.txt', '100%25.txt'],
    ['a\0b', 'ab', 'ab'],
    ['lone \ud800.txt', 'lone _.txt', 'lone%20%EF%BF%BD.txt'],
    ['.htaccess', '.htaccess', '.htaccess'],
    ...['', '.', '..', '/', 'a/', '\u202e', ' '].map((name) => [name, 'file', 'file']),
  ])('%j', (path, plain, whole) => {
    expect(attachmentNamed(path ?? '')).toBe(`attachment; filename="${plain}"; filename*=UTF-8''${whole}`);
  });

  test('is one line that cannot be left, whatever the file was called', () => {
    const header =
      /^attachment; filename="[\x20\x21\x23-\x24\x26-\x5b\x5d-\x7e]+"; filename\*=UTF-8''[\w.!~%-]+$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (name) => {
        expect(attachmentNamed(name)).toMatch(header);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an uploaded file', () => {
  let world: World;
  let admin: Client;
  beforeAll(async () => {
    world = await createWorld();
    admin = await world.person('admin');
  });
  afterAll(() => world.close());

  const script = '<script>alert(document.cookie)</script>';
  test.each([
    ['page.html', `<!doctype html><title>x</title><p>${script} A page about water levels.</p>`],
    ['picture.svg', `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`],
    [
      'data.xml',
      `<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></x>`,
    ],
    ['notes.md', `# Notes\n\n${script}`],
    ['notes.txt', script],
    ['evil"\\\u202e.html', `<html><body>${script} Words.</body></html>`],
    ['run.js', 'alert(document.cookie)'],
    ['form.pdf', '%PDF-1.7 no real one'],
  ])('%j is downloaded and never rendered here', async (name, content) => {
    const uploaded = await admin.call('POST', '/library/sources', formOf({ [name]: content }));
    const [source] = (uploaded.body as { items?: { id: string }[] }).items ?? [];
    if (source === undefined) return expect(uploaded.status).toBe(415);
    const url = `/library/sources/${source.id}/file`;
    const { status, headers } = await eventually(
      () => admin.call('GET', url),
      (answer) => answer.status !== 409,
    );
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="/);
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-type')).not.toMatch(/javascript|svg|xml$/);
  });
});
