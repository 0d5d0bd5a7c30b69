import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { text } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAppError } from '../../kernel/errors.ts';
import { toProblem } from '../http/problem.ts';
import { parseAllowed } from './allow.ts';
import type { Resolve } from './connect.ts';
import { createOutbound } from './outbound.ts';
import type { Outbound } from './port.ts';

const open: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();
/** What each name resolves to; answers are given in turn, the last one for ever. */
const names = new Map<string, string[][]>();
let resolved: string[] = [];

const resolve: Resolve = async (host) => {
  resolved.push(host);
  const answers = names.get(host) ?? [];
  const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
  return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

beforeEach(() => {
  names.clear();
  resolved = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function listening(server: Server | TcpServer): Promise<number> {
  open.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener) => listening(createServer(listener));
/** A server that answers every connection with these bytes, whatever it is asked. */
const raw = (answer: (socket: Socket) => void) =>
  listening(createTcpServer((socket) => void socket.once('data', () => answer(socket))));

/** Begins so, and then sends `piece` for as long as somebody listens. */
function trickle(socket: Socket, beginning: string, piece = 'a'): void {
  if (beginning !== '') socket.write(beginning);
  const timer = setInterval(() => socket.write(piece), 10);
  socket.on('close', () => clearInterval(timer));
}

function door(...allow: readonly string[]): Outbound {
  return createOutbound({ allow: allow.flatMap((entry) => parseAllowed(entry) ?? []), ports: [], resolve });
}

/** The problem document that the person who gave the address would see. */
async function problemOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await call.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw new Error('no AppError', { cause: error });
  return { ...toProblem(error, 'id') };
}

const refused = { status: 422, code: 'outbound.refused' };
const failed = { status: 502, code: 'outbound.failed' };
const bodyOf = async (call: Promise<{ body: Uint8Array }>) => Buffer.from((await call).body).toString();

describe('an exchange', () => {
  test('carries method, headers and body there, and status, headers and body back', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const port = await serve(async (request, response) => {
      seen.push({ request, body: await text(request) });
      response.writeHead(418, { 'x-answer': 'yes' }).end('short and stout');
    });
    names.set('tea.example', [['127.0.0.1']]);
    const url = `http://tea.example:${port}/pot?x=1`;
    const answer = await door(`tea.example:${port}`).request(url, {
      method: 'POST',
      headers: { 'content-type': 'text/x-tea', 'x-signature': 'abc' },
      body: 'grüner Tee',
    });
    expect(answer).toMatchObject({ status: 418, url });
    expect(answer.headers.get('x-answer')).toBe('yes');
    expect(Buffer.from(answer.body).toString()).toBe('short and stout');
    expect(seen[0]?.body).toBe('grüner Tee');
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/pot?x=1' });
    expect(seen[0]?.request.headers).toMatchObject({
      host: `tea.example:${port}`,
      'user-agent': 'scriptorium',
      'content-type': 'text/x-tea',
      'x-signature': 'abc',
    });
  });

  test('does not let a caller name another host or frame the message', async () => {
    const port = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const answer = await bodyOf(
      door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: 'abc',
        headers: {
          host: 'admin.internal',
          'content-length': '99',
          'transfer-encoding': 'chunked',
          te: 'trailers',
        },
      }),
    );
    expect(JSON.parse(answer)).toMatchObject({ host: `127.0.0.1:${port}`, 'content-length': '3' });
    expect(answer).not.toMatch(/transfer-encoding|"te"/);
  });
});

describe('refused before anything is sent', () => {
  test.each([
    ['nonsense', 'nonsense'],
    ['a relative address', '/etc/passwd'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,hello'],
    ['blob', 'blob:https://example.org/1'],
    ['ftp', 'ftp://example.org/'],
    ['credentials', 'https://user:secret@example.org/'],
    ['plain http', 'http://public.example/'],
    ['another port', 'https://public.example:8443/'],
    ['loopback', 'https://127.0.0.1/'],
    ['decimal', 'https://2130706433/'],
    ['octal', 'https://0177.0.0.1/'],
    ['hexadecimal', 'https://0x7f.1/'],
    ['short', 'https://127.1/'],
    ['a final dot', 'https://127.0.0.1./'],
    ['full-width digits', 'https://１２７.0.0.1/'],
    ['circled digits', 'https://①②⑦.0.0.1/'],
    ['mapped', 'https://[::ffff:127.0.0.1]/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['a zone id', 'https://[fe80::1%25eth0]/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['localhost', 'https://localhost/'],
    ['localhost.', 'https://localhost./'],
    ['a name inside', 'https://db.internal/'],
    ['a name of nobody', 'https://nobody.example/'],
    ['one private address among public ones', 'https://mixed.example/'],
  ])('%s', async (_why, url) => {
    names.set('public.example', [['8.8.8.8']]);
    names.set('localhost', [['127.0.0.1', '::1']]);
    names.set('db.internal', [['10.0.0.3']]);
    names.set('mixed.example', [['8.8.8.8', '10.0.0.3']]);
    const outbound = door();
    expect(await problemOf(outbound.request(url))).toMatchObject(refused);
    expect(await problemOf(outbound.fetch(url))).toMatchObject(refused);
  });

  test('a name inside, a name of nobody and a private address cannot be told apart', async () => {
    names.set('db.internal', [['10.0.0.3']]);
    const [first, ...others] = await Promise.all(
      ['https://db.internal/', 'https://nobody.example/', 'https://10.0.0.3/', 'http://10.0.0.3:5432/'].map(
        (url) => problemOf(door().request(url)),
      ),
    );
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('a name that changes its address (DNS rebinding)', () => {
  test('is asked once, and the connection goes to what was checked', async () => {
    const port = await serve((_request, response) => response.end('the checked one'));
    names.set('rebind.example', [['127.0.0.1'], ['169.254.169.254']]);
    expect(await bodyOf(door(`127.0.0.1:${port}`).request(`http://rebind.example:${port}/`))).toBe(
      'the checked one',
    );
    expect(resolved).toEqual(['rebind.example']);
  });

  test('is refused when it is inside at the next connection', async () => {
    let calls = 0;
    const port = await serve((_request, response) => {
      calls += 1;
      response.setHeader('connection', 'close').end();
    });
    names.set('rebind.example', [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']]);
    const outbound = door(`127.0.0.1:${port}`);
    const url = `http://rebind.example:${port}/`;
    await outbound.request(url);
    expect(await problemOf(outbound.request(url))).toMatchObject(refused);
    await outbound.request(url);
    expect(calls).toBe(2);
  });

  test('is refused when it changes between the hops of a redirect', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(302, { location: '/again', connection: 'close' }).end(),
    );
    names.set('rebind.example', [['127.0.0.1'], ['10.0.0.1']]);
    expect(
      await problemOf(door(`127.0.0.1:${port}`).request(`http://rebind.example:${port}/`)),
    ).toMatchObject(refused);
  });
});

describe('redirects', () => {
  const redirecting =
    (status: number, location: string) => (_: IncomingMessage, response: Parameters<RequestListener>[1]) =>
      response.writeHead(status, { location }).end();

  test.each([
    ['to a private address', 'https://10.0.0.1/'],
    ['to metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['to a file', 'file:///etc/passwd'],
    ['to script', 'javascript:alert(1)'],
    ['to another port of the same host', 'http://a.example:8081/'],
    ['to credentials', 'https://a:b@8.8.8.8/'],
    ['to nonsense', 'http://[nonsense'],
  ])('%s are refused', async (_where, location) => {
    const port = await serve(redirecting(302, location));
    names.set('a.example', [['127.0.0.1']]);
    expect(await problemOf(door(`a.example:${port}`).request(`http://a.example:${port}/`))).toMatchObject(
      refused,
    );
  });

  test('from an open server to one that is closed to people never reach it', async () => {
    let reached = false;
    const inside = await serve((_request, response) => {
      reached = true;
      response.end('secret');
    });
    const outside = await serve(redirecting(307, `http://127.0.0.1:${inside}/`));
    names.set('a.example', [['127.0.0.1']]);
    expect(
      await problemOf(door(`a.example:${outside}`).request(`http://a.example:${outside}/`)),
    ).toMatchObject(refused);
    expect(reached).toBe(false);
  });

  test('are followed five times, and a loop ends', async () => {
    let calls = 0;
    const port = await serve((request, response) => {
      calls += 1;
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const outbound = door(`127.0.0.1:${port}`);
    expect(await bodyOf(outbound.request(`http://127.0.0.1:${port}/5`))).toBe('there');
    calls = 0;
    expect(await problemOf(outbound.request(`http://127.0.0.1:${port}/1000`))).toMatchObject(failed);
    expect(calls).toBe(6);
  });

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'the body'],
    [308, 'POST', 'POST', 'the body'],
    [307, 'GET', 'GET', ''],
  ] as const)('%i of %s becomes %s', async (status, method, next, body) => {
    const seen: string[] = [];
    const port = await serve(async (request, response) => {
      if (request.url === '/') return void redirecting(status, '/next')(request, response);
      seen.push(`${request.method} ${await text(request)}`);
      response.end();
    });
    await door(`127.0.0.1:${port}`).request(`http://127.0.0.1:${port}/`, {
      method,
      ...(method === 'POST' ? { body: 'the body' } : {}),
    });
    expect(seen).toEqual([`${next} ${body}`]);
  });

  test('keep credentials on the same origin only', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(
        request.headers.authorization,
        request.headers['x-api-key']?.toString(),
        request.headers.cookie,
      );
      response.end();
    });
    const port = await serve((request, response) => {
      if (request.url === '/') return void redirecting(307, '/same')(request, response);
      seen.push(request.headers.authorization, request.headers['x-api-key']?.toString());
      redirecting(307, `http://127.0.0.1:${other}/`)(request, response);
    });
    await door(`127.0.0.1:${port}`, `127.0.0.1:${other}`).request(`http://127.0.0.1:${port}/`, {
      headers: { authorization: 'Bearer x', 'x-api-key': 'y', cookie: 'z=1' },
    });
    expect(seen).toEqual(['Bearer x', 'y', undefined, undefined, undefined]);
  });

  test('fetch follows, gives back or refuses them as it is told', async () => {
    const port = await serve((request, response) =>
      request.url === '/' ? response.writeHead(302, { location: '/there' }).end() : response.end('there'),
    );
    const outbound = door(`127.0.0.1:${port}`);
    const url = `http://127.0.0.1:${port}/`;
    const followed = await outbound.fetch(url);
    expect([followed.url, await followed.text()]).toEqual([`${url}there`, 'there']);
    expect((await outbound.fetch(url, { redirect: 'manual' })).headers.get('location')).toBe('/there');
    expect(await problemOf(outbound.fetch(url, { redirect: 'error' }))).toMatchObject(failed);
  });
});

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
