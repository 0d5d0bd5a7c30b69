import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createWorld, type World } from '../../testing/world.ts';
import { securityHeaders } from './security-headers.ts';

const OURS = 'https://app.example.org';

let world: World;
let admin: Client;
beforeAll(async () => {
  world = await createWorld({ work: false, environment: { CORS_ORIGINS: JSON.stringify([OURS]) } });
  admin = await world.person('admin');
});
afterAll(() => world.close());

describe('every answer', () => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
  test.each([
    ['of the API', '/api/v1/openapi.json', {}],
    ['to nobody', '/api/v1/auth/me', {}],
    ['at no address', '/api/v1/nowhere', {}],
    ['to a broken address', '/api/v1/%zz', {}],
    ['to a broken body', '/api/v1/auth/login', { ...post, body: '{' }],
    ['to a body that is too large', '/api/v1/auth/login', { ...post, body: 'x'.repeat(1_100_000) }],
    ['to another method', '/api/v1/auth/login', { method: 'DELETE' }],
    ['of the start page', '/', {}],
    ['of the reference', '/docs/', {}],
    ['of health', '/health/live', {}],
    [
      'to a preflight',
      '/api/v1/auth/me',
      { method: 'OPTIONS', headers: { origin: OURS, 'access-control-request-method': 'GET' } },
    ],
  ])('%s carries the security headers', async (_what, path, init: RequestInit) => {
    const { headers } = await fetch(`${world.url}${path}`, { redirect: 'manual', ...init });
    for (const name of Object.keys(securityHeaders({ https: false })))
      expect([name, headers.get(name)]).toEqual([name, expect.stringMatching(/./)]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('server')).toBeNull();
  });

  test('of a stream, too', async () => {
    const response = await fetch(`${world.url}/api/v1/ask`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ question: 'What is the level?', stream: true }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    await response.text();
  });
});

test('nothing but our own files may run, and no other site may frame us', () => {
  const policy = securityHeaders({ https: false })['content-security-policy'];
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("object-src 'none'");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/script-src|unsafe-eval|https?:|\*/);
});

test('browsers are held to TLS only where there is TLS', () => {
  expect(securityHeaders({ https: false })).not.toHaveProperty('strict-transport-security');
  expect(securityHeaders({ https: true })['strict-transport-security']).toMatch(/^max-age=63072000/);
});

describe('scripts of other origins', () => {
  const ask = (origin: string, init: RequestInit = {}) =>
    fetch(`${world.url}/api/v1/auth/me`, {
      ...init,
      headers: {
        ...(init.method ? {} : { authorization: `Bearer ${admin.token}` }),
        ...init.headers,
        origin,
      },
    });

  test('may read answers where the operator allows the origin', async () => {
    const { headers } = await ask(OURS);
    expect(headers.get('access-control-allow-origin')).toBe(OURS);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-expose-headers')).toContain('RateLimit');
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  test.each([
    'https://evil.example',
    'http://app.example.org',
    'https://app.example.org:8443',
    'https://app.example.org.evil.example',
    'https://evil-app.example.org',
    'https://sub.app.example.org',
    'https://app.example.org@evil.example',
    'null',
    '*',
  ])('may not from %s', async (origin) => {
    const answer = await ask(origin);
    expect(answer.headers.get('access-control-allow-origin')).not.toBe(origin);
    expect(answer.headers.get('access-control-allow-origin')).not.toBe('*');
    const preflight = await ask(origin, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(preflight.headers.get('access-control-allow-origin')).not.toBe(origin);
  });
});
