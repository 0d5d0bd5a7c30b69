import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOperatorFetch } from './operator-fetch.ts';

let server: Server;
let origin: string;
const seen: string[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${await text(request)}`);
    if (request.url === '/away') response.writeHead(307, { location: `${origin}/there` }).end();
    else response.write('first');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
});

test('reaches a private address of the settings, and streams', async () => {
  const response = await createOperatorFetch([`${origin}/v1`])(`${origin}/v1/chat`, {
    method: 'POST',
    headers: { authorization: 'Bearer key' },
    body: 'prompt',
  });
  const reader = response.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
  await reader?.cancel();
  expect(seen).toEqual(['POST /v1/chat Bearer key prompt']);
});

test('goes to no other origin and along no redirect', async () => {
  seen.length = 0;
  const call = createOperatorFetch([origin]);
  for (const url of [origin.replace('127.0.0.1', 'localhost'), 'http://127.0.0.1:1/', 'https://example.org/'])
    await expect(call(url)).rejects.toThrow('not among the settings');
  await expect(call(`${origin}/away`)).rejects.toThrow(TypeError);
  expect(seen).toEqual(['GET /away undefined ']);
});
