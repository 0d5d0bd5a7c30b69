import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../kernel/errors.ts';
import { OPEN, type OpenHttp, openHttp } from '../../testing/open-http.ts';
import type { Routes } from './port.ts';

let server: OpenHttp;
const held = Promise.withResolvers<void>();

beforeAll(async () => {
  const routes: Routes = (api) => {
    const config = OPEN;
    const schema = { body: Type.Object({ name: Type.String() }) };
    api.post('/things', { config, schema }, async (request) => request.body.name);
    api.post('/slow', { config, schema }, async () => {
      await delay(500);
      return 'done';
    });
    const refuse = async () => {
      throw new AppError({ kind: 'forbidden', code: 'test.no', safeMessage: 'No.' });
    };
    api.post('/refused', { config, schema, onRequest: refuse }, async () => 'never');
    api.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null));
    api.post('/upload', { config }, async (request) => {
      await held.promise;
      return String((await text(request.raw)).length);
    });
  };
  server = await openHttp(routes, { arrival: { headersMs: 200, checkMs: 400, bodyBytes: 50 } });
});
afterAll(() => server.http.close());

/** What came before the connection ended, by whatever end: one that is cut while we still send is reset. */
async function received(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('data', (part) => void parts.push(part));
  await new Promise((done) => socket.on('close', done));
  return Buffer.concat(parts).toString();
}

function open(beginning: string): Socket {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(beginning);
  return socket;
}

/** Sends a byte now and then, for as long as the server listens; gives what it answered. */
async function trickle(beginning: string): Promise<string> {
  const socket = open(beginning);
  const timer = setInterval(() => socket.write('a'), 20);
  const answer = await received(socket);
  clearInterval(timer);
  return answer;
}

const head = (path: string, more: string, type = 'application/json') =>
  `POST /api/v1${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\n${more}\r\n\r\n`;

test.each([
  ['a request line', 'GET /api/v1/th'],
  ['headers', 'GET /api/v1/things HTTP/1.1\r\nHost: a\r\nX-Slow: '],
  ['nothing but a body to come', head('/things', 'Content-Length: 100000')],
  ['a body', `${head('/things', 'Content-Length: 100000')}{"name":"`],
  ['a body in chunks', `${head('/things', 'Transfer-Encoding: chunked')}ffff\r\n{"name":"`],
])('%s that trickles is answered with 408, and the connection is cut', async (_what, beginning) => {
  const answer = await trickle(beginning);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('request.timeout');
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test('a body that trickles on after its refusal gets no second answer, and is cut', async () => {
  const answer = await trickle(head('/refused', 'Content-Length: 100000'));
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test('an answer that takes long is not a slow request', async () => {
  const socket = open(`${head('/slow', 'Content-Length: 12\r\nConnection: close')}{"name":"a"}`);
  expect(await received(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*done$/);
});

test('a body that waits until we read it is not slow', async () => {
  const size = 3_000_000;
  const socket = open(
    head('/upload', `Content-Length: ${size}\r\nConnection: close`, 'application/octet-stream'),
  );
  socket.write(Buffer.alloc(size, 'a'));
  await delay(1000);
  held.resolve();
  const answer = await received(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer.endsWith(`\r\n\r\n${size}`)).toBe(true);
});

test('a body whose sender goes away is over, and was read by nobody', async () => {
  let ended = false;
  server.http.server.once('connection', (socket) => socket.once('close', () => (ended = true)));
  const socket = open(`${head('/things', 'Content-Length: 40')}{"name":`);
  await delay(50);
  socket.resetAndDestroy();
  await expect.poll(() => ended).toBe(true);
});

test('none of them is a failure of ours', () => {
  expect(server.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
