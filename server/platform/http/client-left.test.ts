import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPEN, type OpenHttp, openHttp } from '../../testing/open-http.ts';
import { untilClientLeaves } from './client-left.ts';
import { sendEvents } from './sse.ts';

let server: OpenHttp;
const stopped: string[] = [];
let begun = Promise.withResolvers<void>();

async function work(signal: AbortSignal): Promise<never> {
  begun.resolve();
  await once(signal, 'abort');
  stopped.push(signal.reason.code);
  throw signal.reason;
}

beforeAll(async () => {
  server = await openHttp((api) => {
    api.get('/long', { config: OPEN }, (_request, reply) => work(untilClientLeaves(reply)));
    api.get('/quick', { config: OPEN }, async (_request, reply) => {
      untilClientLeaves(reply).addEventListener('abort', () => stopped.push('quick'));
      return 'done';
    });
    api.get('/stream', { config: OPEN }, (request, reply) =>
      sendEvents(request, reply, async function* (signal) {
        yield await work(signal);
      }),
    );
  });
});
afterAll(() => server.http.close());

test.each(['/long', '/stream'])('%s stops when its client leaves, and that is no failure', async (path) => {
  stopped.length = 0;
  begun = Promise.withResolvers();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`GET /api/v1${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await begun.promise;
  socket.destroy();
  await expect.poll(() => stopped).toEqual(['request.client_left']);
  // A request that came after it was answered.
  await fetch(`${server.url}/api/v1/quick`);
  expect(server.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test('an answer that was read to its end stops nothing', async () => {
  stopped.length = 0;
  const answer = await fetch(`${server.url}/api/v1/quick`, { headers: { connection: 'close' } });
  expect(await answer.text()).toBe('done');
  await fetch(`${server.url}/api/v1/quick`);
  expect(stopped).toEqual([]);
});
