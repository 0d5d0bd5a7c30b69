import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { bodyOf, outboundStage } from '../../testing/outbound-stage.ts';

const { names, serve, door } = outboundStage();

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
