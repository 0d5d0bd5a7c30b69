import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { loadConfig } from '../config/index.ts';
import { createLogger } from '../logging/index.ts';
import type { Http } from './port.ts';
import { createHttpServer } from './server.ts';
import { sendEvents } from './sse.ts';

let http: Http;
let url: string;
let ended = 0;

beforeAll(async () => {
  const nobody = async ({ requestId }: { readonly requestId: string }) => publicActor(requestId);
  http = await createHttpServer({
    settings: loadConfig({}).http,
    logger: createLogger('silent'),
    authenticator: { authenticate: nobody, authenticateOperator: nobody },
    surroundings: [],
    routes: [
      (api) => {
        const config = { access: { public: 'a test' } } as const;
        api.get('/endless', { config }, (request, reply) =>
          sendEvents(request, reply, async function* (signal) {
            try {
              yield { event: 'start', data: {} };
              await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
            } finally {
              ended += 1;
            }
          }),
        );
        api.get('/missing', { config }, (request, reply) =>
          sendEvents(request, reply, () => {
            throw new AppError({ kind: 'not_found', code: 'test.missing', safeMessage: 'No.' });
          }),
        );
      },
    ],
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}/api/v1`;
});
afterAll(() => http.close());

test('HEAD of a stream says what it is, and ends', async () => {
  const answer = await fetch(`${url}/endless`, { method: 'HEAD' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(ended).toBe(1);
});

test('HEAD of a stream that is refused is refused', async () => {
  expect((await fetch(`${url}/missing`, { method: 'HEAD' })).status).toBe(404);
});
