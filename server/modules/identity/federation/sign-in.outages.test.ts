import { beforeAll, describe, expect, test } from 'vitest';
import type { HostileProvider } from '../../../testing/hostile-provider.ts';
import {
  AWAY,
  ENDED,
  hostileSignInStage,
  INVALID,
  ORIGIN,
  REFUSED,
} from '../../../testing/hostile-sign-in-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';

const { now, start, land, honest } = hostileSignInStage();
let world: IdentityWorld;
let provider: HostileProvider;
beforeAll(() => {
  ({ world, provider } = now());
});

describe('a provider that is not well', () => {
  test.each<[string, string, Parameters<HostileProvider['answer']>[1], string]>([
    ['the token endpoint fails', '/token', (response) => void response.writeHead(500).end(), AWAY],
    ['the token endpoint talks HTML', '/token', (response) => void response.end('<html>'), INVALID],
    ['the token endpoint cuts the line', '/token', (response) => void response.destroy(), AWAY],
    [
      'the token endpoint leads inside',
      '/token',
      (response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      INVALID,
    ],
    [
      'the token endpoint never ends',
      '/token',
      (response) => {
        response.setHeader('content-type', 'application/json');
        response.write(`{"access_token":"${'a'.repeat(2_000_000)}`);
        response.end('"}');
      },
      INVALID,
    ],
    ['the keys are away', '/jwks', (response) => void response.writeHead(503).end(), AWAY],
    [
      'the code is not known',
      '/token',
      (response) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end('{"error":"invalid_grant","error_description":"<script>"}');
      },
      REFUSED,
    ],
  ])('%s', async (_name, path, answer, code) => {
    const flow = await start();
    await honest(flow);
    provider.answer(path, answer);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(code);
  });

  test('the person said no', async () => {
    const flow = await start();
    const query = { error: 'access_denied', error_description: 'no', state: flow.state };
    expect(await land(flow.cookie, query)).toBe(REFUSED);
  });

  test.each<[string, Parameters<HostileProvider['answer']>[1]]>([
    ['away', (response) => void response.writeHead(500).end()],
    [
      'another one',
      (response) => {
        response.setHeader('content-type', 'application/json');
        response.end('{"issuer":"https://other.example"}');
      },
    ],
    [
      'leads elsewhere',
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['garbage', (response) => void response.end('{{{{')],
  ])('the discovery document is %s: the sign-in page says so, and later it works', async (_name, answer) => {
    const well = '/.well-known/openid-configuration';
    const document = await (await fetch(`${provider.issuer}${well}`)).text();
    provider.answer(well, answer);
    const failed = await world.http.inject({ url: '/api/v1/auth/oidc/acme/start' });
    expect(failed.statusCode).toBe(303);
    expect(failed.headers.location).toBe(`${ORIGIN}/sign-in?error=${AWAY}`);
    expect(failed.cookies).toEqual([]);
    provider.answer(well, (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(document);
    });
    const flow = await start();
    await honest(flow);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe('in');
  });

  test('every failure has its sentence, and nothing else has', async () => {
    for (const code of [INVALID, ENDED, AWAY, REFUSED]) {
      const answer = await world.http.inject({ url: `/api/v1/auth/oidc/errors/${code}` });
      expect(answer.json()).toMatchObject({ code, message: expect.stringMatching(/^\p{Lu}.*\.$/u) });
    }
    for (const code of ['toString', 'federation.nothing', 'x'.repeat(100)]) {
      const answer = await world.http.inject({ url: `/api/v1/auth/oidc/errors/${code}` });
      expect(answer.statusCode).toBe(404);
    }
  });
});
