import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrganizationActor, publicActor } from '../../kernel/actor.ts';
import { createHttpServer, type Http } from '../../platform/http/index.ts';
import { createLogger } from '../../platform/logging/index.ts';
import { type AskWorld, createAskWorld, withRole } from '../../testing/ask-world.ts';
import type { AnswerView } from './index.ts';

const TEXT = 'The Director reports to the Deputy Minister of Finance.';
const QUESTION = 'Who does the director report to?';
const CITED = 'To the Deputy Minister [1: "reports to the Deputy Minister of Finance"].';

let world: AskWorld;
let actor: OrganizationActor;
let servers: Readonly<Record<'model' | 'extractive', Http>>;

beforeAll(async () => {
  world = await createAskWorld();
  actor = await world.organization();
  world.put(actor, 'Organization of the office', TEXT);
  servers = { model: await start(world.withModel), extractive: await start(world.withoutModel) };
});
afterAll(async () => {
  await Promise.all(Object.values(servers).map((http) => http.close()));
  await world.close();
});
beforeEach(() => {
  world.server.always({ kind: 'answer', text: CITED, chunk: 4, usage: { input: 50, output: 10 } });
});

/** The bearer is the role. */
async function start(module: AskWorld['withModel']): Promise<Http> {
  const people = { regular: withRole(actor, 'regular'), guest: withRole(actor, 'guest') };
  const http = await createHttpServer({
    settings: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: undefined,
      trustedProxies: 0,
      corsOrigins: [],
      rateLimit: false,
      secureCookies: false,
    },
    logger: createLogger('silent'),
    authenticator: {
      authenticate: async ({ bearer, requestId }) =>
        bearer === 'regular' || bearer === 'guest' ? people[bearer] : publicActor(requestId),
      authenticateOperator: async ({ requestId }) => ({ ...publicActor(requestId), kind: 'operator' }),
    },
    routes: [module.routes],
    surroundings: [],
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  return http;
}

interface Options {
  readonly to?: 'model' | 'extractive';
  readonly headers?: Readonly<Record<string, string>>;
}

function post(body: unknown, { to = 'extractive', headers = {} }: Options = {}): Promise<Response> {
  return fetch(`${addressOf(to)}/api/v1/ask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer regular', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function addressOf(to: 'model' | 'extractive'): string {
  return `http://127.0.0.1:${(servers[to].server.address() as AddressInfo).port}`;
}

async function eventsOf(response: Response): Promise<{ event: string; data: Record<string, unknown> }[]> {
  const frames = (await response.text()).split('\n\n').filter((frame) => frame.startsWith('event:'));
  return frames.map((frame) => {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    return { event: event ?? '', data: JSON.parse(data ?? '{}') };
  });
}

test('answers in JSON', async () => {
  const response = await post({ question: QUESTION });
  expect(response.status).toBe(200);
  const view = (await response.json()) as AnswerView;
  expect(view).toMatchObject({
    answer: TEXT,
    provider: 'extractive',
    grounded: true,
    outcome: 'answered',
    usage: null,
  });
  expect(view.citations).toMatchObject([
    {
      type: 'source',
      title: 'Organization of the office',
      version: 1,
      start: 0,
      end: TEXT.length,
      page: 1,
      quote: TEXT,
    },
  ]);
});

test.each([
  ['a field of the body', { question: QUESTION, stream: true }, {}],
  ['the Accept header', { question: QUESTION }, { accept: 'text/event-stream' }],
])('streams when asked by %s', async (_name, body, headers) => {
  const response = await post(body, { to: 'model', headers });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events = await eventsOf(response);
  expect(events[0]).toEqual({ event: 'start', data: { provider: 'openai:test-model' } });
  expect(events.map(({ event }) => event)).toContain('citation');
  expect(events.at(-1)).toMatchObject({
    event: 'done',
    data: { answer: 'To the Deputy Minister.', grounded: true, usage: { inputTokens: 50, outputTokens: 10 } },
  });
});

describe('a model that fails', () => {
  test('is a problem document in JSON', async () => {
    world.server.always({ kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    const response = await post({ question: QUESTION }, { to: 'model' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(await response.json()).toMatchObject({ code: 'ai.rate_limited', status: 503 });
  });

  test('is an error event in a stream, and no done comes after it', async () => {
    world.server.always({ kind: 'cut', after: 'To the' });
    const events = await eventsOf(await post({ question: QUESTION, stream: true }, { to: 'model' }));
    expect(events.at(-1)).toMatchObject({ event: 'error', data: { code: 'ai.unavailable' } });
    expect(events.map(({ event }) => event)).not.toContain('done');
  });
});

test.each([true, false])('a client that leaves stops the model (stream: %s)', async (stream) => {
  const before = world.server.requests.length;
  world.server.always({ kind: 'stall', after: 'To the Deputy Minister' });
  const request = httpRequest(`${addressOf('model')}/api/v1/ask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer regular' },
  });
  request.on('error', () => undefined);
  request.end(JSON.stringify({ question: QUESTION, stream }));
  while (world.server.requests.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  request.destroy();
  await expect(world.server.requests.at(-1)?.left).resolves.toBe(true);
});

test.each([
  ['nobody', {}, 401],
  ['a guest', { authorization: 'Bearer guest' }, 403],
])('%s is refused', async (_name, headers, status) => {
  const response = await post({ question: QUESTION }, { headers: { authorization: '', ...headers } });
  expect(response.status).toBe(status);
});

test.each([
  ['no question', {}],
  ['an empty question', { question: '' }],
  ['a question of white space', { question: ' \n\t' }],
  ['a question that is too long', { question: 'a'.repeat(4001) }],
  ['another type', { question: 5 }],
  ['an unknown field', { question: 'a', model: 'gpt' }],
  ['an id that is none', { question: 'a', collectionId: 'x' }],
  ['no types', { question: 'a', types: [] }],
  ['no JSON', '{"question": "a'],
  ['a body that is too long', { question: 'a'.repeat(70_000) }],
  ['NUL', { question: 'a\u0000b' }],
])('bad input is refused with 4xx: %s', async (_name, body) => {
  const response = await post(body);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(await response.json()).toHaveProperty('code');
});

test.each([
  '"',
  '-',
  "'; drop table sources; --",
  '[1: "x"]',
  '\ud83d\ude00',
  '{{7*7}}',
  '<script>',
  'a'.repeat(4000),
])('strange questions are answered or refused: %s', async (question) => {
  const response = await post({ question });
  expect([200, 422]).toContain(response.status);
});
