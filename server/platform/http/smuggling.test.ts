import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OPEN, type OpenHttp, openHttp } from '../../testing/open-http.ts';

let server: OpenHttp;
const handled: string[] = [];

beforeAll(async () => {
  server = await openHttp((api) => {
    api.get('/inner', { config: OPEN }, async () => {
      handled.push('GET /inner');
      return 'inner';
    });
    api.post('/outer', { config: OPEN, schema: { body: Type.Unknown() } }, async (request) => {
      handled.push(`POST /outer ${JSON.stringify(request.body)}`);
      return 'outer';
    });
  });
});
afterAll(() => server.http.close());
beforeEach(() => {
  handled.length = 0;
});

/** Sends bytes and reads until the server closes the connection. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  return text(socket);
}

const INNER = 'GET /api/v1/inner HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const post = (headers: string, body: string, line = 'POST /api/v1/outer HTTP/1.1') =>
  `${line}\r\nHost: a\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
const chunked = 'Transfer-Encoding: chunked';

/** Ways to make two readers see two different messages (RFC 9112, 11.2; Linhart et al. 2005; Kettle 2019, 2025). */
const SMUGGLED: readonly (readonly [what: string, bytes: string])[] = [
  ['a length and chunks', post(`Content-Length: 4\r\n${chunked}`, `0\r\n\r\n${INNER}`)],
  ['chunks and a length', post(`${chunked}\r\nContent-Length: 4`, `0\r\n\r\n${INNER}`)],
  ['two lengths that differ', post(`Content-Length: 2\r\nContent-Length: ${2 + INNER.length}`, `{}${INNER}`)],
  ['two lengths that agree', post('Content-Length: 2\r\nContent-Length: 2', `{}${INNER}`)],
  ['two lengths in a list', post('Content-Length: 2, 2', `{}${INNER}`)],
  ['a length with a sign', post('Content-Length: +2', `{}${INNER}`)],
  ['a negative length', post('Content-Length: -2', `{}${INNER}`)],
  ['a length in hexadecimal', post('Content-Length: 0x2', `{}${INNER}`)],
  ['a length beyond 64 bits', post('Content-Length: 18446744073709551618', `{}${INNER}`)],
  ['a length with a space in it', post('Content-Length: 2 0', `{}${INNER}`)],
  ['an empty length', post('Content-Length:', `{}${INNER}`)],
  ['a space before the colon', post('Content-Length : 2', `{}${INNER}`)],
  ['a space before the colon of the encoding', post('Transfer-Encoding : chunked', `0\r\n\r\n${INNER}`)],
  ['a tab before the colon', post('Transfer-Encoding\t: chunked', `0\r\n\r\n${INNER}`)],
  ['a folded line', post('Transfer-Encoding:\r\n chunked', `0\r\n\r\n${INNER}`)],
  ['a folded length', post('X: a\r\n Content-Length: 2', `{}${INNER}`)],
  ['a line that begins with a space', post(' Content-Length: 2', `{}${INNER}`)],
  ['an encoding that is none', post('Transfer-Encoding: xchunked', `0\r\n\r\n${INNER}`)],
  [
    'an encoding that does not end in chunks',
    post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${INNER}`),
  ],
  ['chunks twice', post('Transfer-Encoding: chunked, chunked', `0\r\n\r\n${INNER}`)],
  ['two encodings', post(`${chunked}\r\nTransfer-Encoding: identity`, `0\r\n\r\n${INNER}`)],
  ['an encoding with a vertical tab', post('Transfer-Encoding: \x0bchunked', `0\r\n\r\n${INNER}`)],
  ['an encoding in quotes', post('Transfer-Encoding: "chunked"', `0\r\n\r\n${INNER}`)],
  ['chunks in HTTP/1.0', post(chunked, `0\r\n\r\n${INNER}`, 'POST /api/v1/outer HTTP/1.0')],
  ['a chunk size that is none', post(chunked, `zz\r\n{}\r\n0\r\n\r\n${INNER}`)],
  ['a chunk size with 0x', post(chunked, `0x2\r\n{}\r\n0\r\n\r\n${INNER}`)],
  ['a chunk size with a sign', post(chunked, `+2\r\n{}\r\n0\r\n\r\n${INNER}`)],
  ['a chunk size beyond 64 bits', post(chunked, `10000000000000002\r\n{}\r\n0\r\n\r\n${INNER}`)],
  ['a chunk that is longer than it says', post(chunked, `2\r\n{}xx\r\n0\r\n\r\n${INNER}`)],
  ['a chunk that ends with a bare LF', post(chunked, `2\n{}\n0\n\n${INNER}`)],
  ['a chunk extension with a bare LF', post(chunked, `2;a\n{}\r\n0\r\n\r\n${INNER}`)],
  ['an end of chunks with a bare CR', post(chunked, `2\r\n{}\r0\r\n\r\n${INNER}`)],
  ['lines with a bare LF', `POST /api/v1/outer HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}${INNER}`],
  ['one line with a bare LF', post(`X: a\nContent-Length: 2`, `{}${INNER}`)],
  ['a header with a bare CR', post('X: a\rContent-Length: 2', `{}${INNER}`)],
  ['a header with NUL', post('X: a\0b\r\nContent-Length: 2', `{}${INNER}`)],
  ['a name with NUL', post('Content-Length\0: 2', `{}${INNER}`)],
  ['a line without a colon', post('Content-Length', `{}${INNER}`)],
  ['an empty name', post(': a\r\nContent-Length: 2', `{}${INNER}`)],
  ['a version that is none', `GET /api/v1/inner HTTP/1.2\r\nHost: a\r\n\r\n${INNER}`],
  ['a request line with a tab', `GET\t/api/v1/inner HTTP/1.1\r\nHost: a\r\n\r\n${INNER}`],
  ['the preface of HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${INNER}`],
];

describe('a request that could be read in two ways', () => {
  test.each(SMUGGLED)('%s: 400, and the connection is closed', async (_what, bytes) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(handled).not.toContain('GET /inner');
  });
});

test.each([
  ['two hosts', 'GET /api/v1/inner HTTP/1.1\r\nHost: a\r\nHOST: b\r\nConnection: close\r\n\r\n'],
  ['no host', 'GET /api/v1/inner HTTP/1.1\r\nConnection: close\r\n\r\n'],
])('%s: 400', async (_what, bytes) => {
  expect(await exchange(bytes)).toMatch(/^HTTP\/1\.1 400 /);
  expect(handled).toEqual([]);
});

test('what follows a whole request is the next one, and a proper one is answered', async () => {
  const answer = await exchange(post(chunked, `2\r\n{}\r\n0\r\n\r\n${INNER}`));
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  expect(handled).toEqual(['POST /outer {}', 'GET /inner']);
});
