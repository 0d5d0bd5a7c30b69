import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicActor } from '../../kernel/actor.ts';
import { loadConfig } from '../config/index.ts';
import { createLogger } from '../logging/index.ts';
import { untilClientLeaves } from './client-left.ts';
import type { Http } from './port.ts';
import { createHttpServer } from './server.ts';
import { sendEvents } from './sse.ts';

let http: Http;
let port: number;
const logged: string[] = [];
const stopped: string[] = [];
let begun = Promise.withResolvers<void>();

async function work(signal: AbortSignal): Promise<never> {
  begun.resolve();
  await once(signal, 'abort');
  stopped.push(signal.reason.code);
  throw signal.reason;
}

beforeAll(async () => {
  const nobody = async ({ requestId }: { readonly requestId: string }) => publicActor(requestId);
  http = await createHttpServer({
    settings: loadConfig({}).http,
    logger: createLogger('info', { write: (line: string) => void logged.push(line) }),
    authenticator: { authenticate: nobody, authenticateOperator: nobody },
    surroundings: [],
    routes: [
      (api) => {
        const config = { access: { public: 'a test' } } as const;
        api.get('/long', { config }, (_request, reply) => work(untilClientLeaves(reply)));
        api.get('/quick', { config }, async (_request, reply) => {
          untilClientLeaves(reply).addEventListener('abort', () => stopped.push('quick'));
          return 'done';
        });
        api.get('/stream', { config }, (request, reply) =>
          sendEvents(request, reply, async function* (signal) {
            yield await work(signal);
          }),
        );
      },
    ],
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = http.server.address() as AddressInfo);
});
afterAll(() => http.close());

test.each(['/long', '/stream'])('%s stops when its client leaves, and that is no failure', async (path) => {
  stopped.length = 0;
  begun = Promise.withResolvers();
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /api/v1${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await begun.promise;
  socket.destroy();
  await expect.poll(() => stopped).toEqual(['request.client_left']);
  // A request that came after it was answered.
  await fetch(`http://127.0.0.1:${port}/api/v1/quick`);
  expect(logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test('an answer that was read to its end stops nothing', async () => {
  stopped.length = 0;
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/quick`, { headers: { connection: 'close' } });
  expect(await answer.text()).toBe('done');
  await fetch(`http://127.0.0.1:${port}/api/v1/quick`);
  expect(stopped).toEqual([]);
});
