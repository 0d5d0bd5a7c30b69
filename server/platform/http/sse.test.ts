import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../kernel/errors.ts';
import { OPEN, type OpenHttp, openHttp } from '../../testing/open-http.ts';
import { sendEvents } from './sse.ts';

let server: OpenHttp;
let ended = 0;

beforeAll(async () => {
  server = await openHttp((api) => {
    api.get('/endless', { config: OPEN }, (request, reply) =>
      sendEvents(request, reply, async function* (signal) {
        try {
          yield { event: 'start', data: {} };
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        } finally {
          ended += 1;
        }
      }),
    );
    api.get('/missing', { config: OPEN }, (request, reply) =>
      sendEvents(request, reply, () => {
        throw new AppError({ kind: 'not_found', code: 'test.missing', safeMessage: 'No.' });
      }),
    );
  });
});
afterAll(() => server.http.close());

test('HEAD of a stream says what it is, and ends', async () => {
  const answer = await fetch(`${server.url}/api/v1/endless`, { method: 'HEAD' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(ended).toBe(1);
});

test('HEAD of a stream that is refused is refused', async () => {
  expect((await fetch(`${server.url}/api/v1/missing`, { method: 'HEAD' })).status).toBe(404);
});
