import { createServer as createTcpServer, type Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { failed, outboundStage, problemOf } from '../../testing/outbound-stage.ts';
import { createOutbound } from './outbound.ts';

const { open, listening, serve, raw, door } = outboundStage();

/** Begins so, and then sends `piece` for as long as somebody listens. */
function trickle(socket: Socket, beginning: string, piece = 'a'): void {
  if (beginning !== '') socket.write(beginning);
  const timer = setInterval(() => socket.write(piece), 10);
  socket.on('close', () => clearInterval(timer));
}

describe('an answer that is too much', () => {
  const within = (port: number, request = {}) =>
    door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, { maxBytes: 10_000, ...request });

  test('of more than the limit is an error, and exactly the limit is none', async () => {
    const port = await serve((_request, response) => response.end(Buffer.alloc(10_000)));
    expect((await within(port)).body.byteLength).toBe(10_000);
    expect(await problemOf(within(port, { maxBytes: 9_999 }))).toMatchObject(failed);
  });

  test('is counted after decompression: a bomb of gzip in gzip', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(200_000_000), { level: 9 }), { level: 9 });
    expect(bomb.byteLength).toBeLessThan(10_000);
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bomb),
    );
    const before = process.memoryUsage().rss;
    expect(await problemOf(within(port))).toMatchObject(failed);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test('of a stream without end is cut, and its connection is closed', async () => {
    const closed = Promise.withResolvers<void>();
    const port = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve());
      const gzip = createGzip();
      gzip.pipe(response.writeHead(200, { 'content-encoding': 'gzip' }));
      const pour = (): void => {
        while (!response.destroyed && gzip.write(Buffer.alloc(65_536, Math.random().toString())));
        if (!response.destroyed) gzip.once('drain', pour);
      };
      pour();
    });
    expect(await problemOf(within(port))).toMatchObject(failed);
    await closed.promise;
  });

  test('is cut in fetch as well', async () => {
    const port = await serve((_request, response) => response.end(Buffer.alloc(1_000_001)));
    const response = await door(`127.0.0.1:${port}`).fetch(`http://127.0.0.1:${port}/`);
    expect(await problemOf(response.arrayBuffer())).toMatchObject(failed);
  });

  test('of headers without end is cut', async () => {
    const port = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const pour = (): void => {
        if (!socket.destroyed && socket.write(`x-more: ${'a'.repeat(1000)}\r\n`)) setImmediate(pour);
        else socket.once('drain', pour);
      };
      pour();
    });
    expect(await problemOf(within(port))).toMatchObject(failed);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['a body that ends early', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab'],
    ['what is not gzip', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd'],
    [
      'too many encodings',
      `HTTP/1.1 200 OK\r\ncontent-encoding: ${'gzip,'.repeat(20)}gzip\r\ncontent-length: 1\r\n\r\na`,
    ],
  ])('%s is an error of the other side', async (_what, answer) => {
    const port = await raw((socket) => socket.end(answer));
    expect(await problemOf(within(port))).toMatchObject(failed);
  });
});

describe('time', () => {
  test.each([
    ['silence', () => undefined],
    ['headers that trickle', (socket: Socket) => trickle(socket, 'HTTP/1.1 200 OK\r\nx-slow: ')],
    [
      'a body that trickles',
      (socket: Socket) => trickle(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n'),
    ],
    ['hints without end', (socket: Socket) => trickle(socket, '', 'HTTP/1.1 103 Early Hints\r\n\r\n')],
  ])('%s ends after the whole exchange’s time', async (_what, answer) => {
    const port = await raw(answer);
    const call = door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, { timeoutMs: 200 });
    expect(await problemOf(call)).toMatchObject(failed);
  });

  test('so does a name that never resolves, and redirects share one time', async () => {
    const never = createOutbound({ allow: [], ports: [], resolve: () => new Promise(() => undefined) });
    expect(await problemOf(never.request('https://slow.example/', { timeoutMs: 50 }))).toMatchObject(failed);
    const port = await serve((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 100);
    });
    const call = door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, { timeoutMs: 250 });
    expect(await problemOf(call)).toMatchObject({ ...failed, detail: expect.stringContaining('in time') });
  });

  test('a caller who leaves closes the connection, and gets their own reason', async () => {
    const asked = Promise.withResolvers<Socket>();
    const port = await raw((socket) => asked.resolve(socket));
    const caller = new AbortController();
    const call = door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, { signal: caller.signal });
    const socket = await asked.promise;
    const closed = new Promise((done) => socket.on('close', done));
    caller.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');
    await closed;
  });

  test('a closed port and a broken answer read the same', async () => {
    const gone = await listening(createTcpServer());
    const [server] = open.splice(-1);
    await new Promise((done) => server?.close(done));
    const reset = await raw((socket) => socket.resetAndDestroy());
    const silent = await raw(() => undefined);
    const problems = await Promise.all(
      [gone, reset, silent].map((port) =>
        problemOf(door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, { timeoutMs: 100 })),
      ),
    );
    expect(problems[1]).toEqual(problems[0]);
    expect(problems[2]).toEqual(problems[0]);
  });
});
