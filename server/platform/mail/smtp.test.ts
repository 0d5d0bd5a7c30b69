import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestSmtpServer, testSmtpServer } from '../../testing/smtp-server.ts';
import { createCourier } from './smtp.ts';
import { readSmtpUrl } from './smtp-url.ts';

describe('SMTP_URL', () => {
  test.each([
    ['smtps://u:p%40ss@mail.example.org', { port: 465, secure: true, auth: { user: 'u', pass: 'p@ss' } }],
    ['smtp://mail.example.org', { port: 587, secure: false, requireTLS: true, ignoreTLS: false }],
    ['smtp://mail.example.org:25?tls=none', { port: 25, requireTLS: false, ignoreTLS: true }],
    ['smtp://127.0.0.1:1025', { host: '127.0.0.1', requireTLS: false, ignoreTLS: false }],
    ['smtp://[::1]:1025', { host: '::1', requireTLS: false }],
  ])('%s', (url, connection) => {
    expect(readSmtpUrl(url).connection).toMatchObject(connection);
  });

  test.each([
    'smtp://mail.example.org?pool=true',
    'smtp://mail.example.org?tls.rejectUnauthorized=false',
    'smtps://mail.example.org?tls=none',
    'smtp://mail.example.org/path',
    'smtp://u:%ff@mail.example.org',
  ])('%s is refused', (url) => {
    expect(readSmtpUrl(url)).toEqual({ problem: expect.any(String) });
  });
});

describe('what goes over the wire', () => {
  let smtp: TestSmtpServer;
  beforeAll(async () => {
    smtp = await testSmtpServer();
  });
  afterAll(() => smtp.close());

  test('whatever subject, text and address say: one recipient, and no header but our own', async () => {
    const courier = createCourier({ url: `smtp://127.0.0.1:${smtp.port}`, from: 'Desk <desk@example.org>' });
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('a\r\nBcc: eve@example.org', '\r\n\r\nbody', 'a, eve@example.org', '<eve@example.org>'),
    );
    const address = fc.oneof(
      fc.constant('ada@example.org'),
      hostile.map((text) => `${text}@example.org`),
    );
    await fc.assert(
      fc.asyncProperty(address, hostile, hostile, async (to, subject, text) => {
        smtp.received.length = 0;
        const letter = { id: '0197f3a0-0000-7000-8000-000000000001', to, subject, text, date: new Date(0) };
        await courier.deliver(letter, new AbortController().signal);
        for (const { to: recipients, raw } of smtp.received) {
          expect(recipients).toHaveLength(1);
          const names = headersOf(raw);
          expect(names).toEqual([...new Set(names)]);
          expect(names.filter((name) => !OURS.has(name))).toEqual([]);
        }
        // Most letters must arrive, or nothing was looked at.
        if (to === 'ada@example.org') expect(smtp.received).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });
});

const OURS = new Set([
  'from',
  'to',
  'subject',
  'message-id',
  'date',
  'auto-submitted',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);

function headersOf(raw: string): string[] {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  return head
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
}
