import { describe, expect, test } from 'vitest';
import { bodyOf, outboundStage, problemOf, refused } from '../../testing/outbound-stage.ts';

const { names, resolved, serve, door } = outboundStage();

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
