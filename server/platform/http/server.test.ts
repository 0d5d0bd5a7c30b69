import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createWorld, type World } from '../../testing/world.ts';

let world: World;
let admin: Client;

beforeAll(async () => {
  world = await createWorld({
    work: false,
    environment: { ADMIN_SECRET_KEY: '8c1f0e6b7a5d4c3f2e1d0c9b8a7f6e5d' },
  });
  admin = await world.person('admin');
});
afterAll(() => world.close());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${world.url}/api/v1/library/collections`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json', ...headers },
  });

describe('errors', () => {
  test('are problem documents with a code and the request id', async () => {
    const answer = await admin.call('GET', '/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 404,
      code: 'request.not_found',
      title: 'Not Found',
      requestId: answer.headers.get('x-request-id'),
    });
  });

  test.each([
    ['an unknown field', '{"name":"a","evil":1}', 422, 'request.invalid_body'],
    ['a wrong type, not coerced', '{"name":5}', 422, 'request.invalid_body'],
    ['no JSON', '{', 400, 'request.malformed_json'],
    ['no body', '', 400, 'request.empty_body'],
    ['a body of two megabytes', JSON.stringify({ name: 'x'.repeat(2_000_000) }), 413, 'request.too_large'],
    ['deep nesting', '['.repeat(200_000), 400, 'request.json_too_deep'],
  ])('%s', async (_name, body, status, code) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  test('another content type is 415, a parameter that is no id is 404', async () => {
    expect((await post('<a/>', { 'content-type': 'application/xml' })).status).toBe(415);
    expect((await admin.call('GET', '/library/collections/not-an-id')).status).toBe(404);
  });

  test('a request that is no HTTP ends with 400 and the server lives', async () => {
    const { port } = new URL(world.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end('NONSENSE\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect((await world.anonymous.call('GET', '/health/live')).status).toBe(200);
  });
});

describe('headers', () => {
  test('a sane request id is kept, another one replaced', async () => {
    expect(
      (await admin.call('GET', '/tasks', undefined, { 'x-request-id': 'abc-123' })).headers.get(
        'x-request-id',
      ),
    ).toBe('abc-123');
    expect(
      (await admin.call('GET', '/tasks', undefined, { 'x-request-id': 'a b"c' })).headers.get('x-request-id'),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the browser is told to trust little', async () => {
    const { headers } = await world.anonymous.call('GET', '/health/live');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe-eval');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('no origin is allowed unless the operator says so', async () => {
    const response = await fetch(`${world.url}/api/v1/tasks`, {
      headers: { origin: 'https://evil.example', authorization: `Bearer ${admin.token}` },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('beside the API', () => {
  test('health says what it checked; metrics are for operators', async () => {
    const ready = await world.anonymous.call('GET', '/health/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: expect.arrayContaining([{ name: 'database', ok: true }]) },
    });
    const url = `${world.url}/metrics`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { 'x-admin-secret': 'x'.repeat(32) } })).status).toBe(401);
    const metrics = await fetch(url, { headers: { 'x-admin-secret': '8c1f0e6b7a5d4c3f2e1d0c9b8a7f6e5d' } });
    expect(await metrics.text()).toContain('http_request_duration_seconds');
  });

  test('every route of the API is in the OpenAPI document, with a summary and its answers', async () => {
    const { body } = await world.anonymous.call('GET', '/openapi.json');
    const document = body as {
      openapi: string;
      paths: Record<string, Record<string, { summary?: string; responses?: object }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    expect(operations.length).toBeGreaterThan(25);
    expect(operations.filter(({ summary, responses }) => !summary || !responses)).toEqual([]);
  });
});

test('another kind of Authorization does not keep anybody from signing in', async () => {
  const answer = await world.anonymous.call(
    'POST',
    '/auth/login',
    { email: 'nobody@example.org', password: 'wrong password' },
    { authorization: 'Basic YTpi' },
  );
  expect(answer.body).toMatchObject({ code: 'identity.invalid_credentials' });
});
