import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { bodyOf, failed, outboundStage, problemOf, refused } from '../../testing/outbound-stage.ts';

const { names, serve, door } = outboundStage();

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
