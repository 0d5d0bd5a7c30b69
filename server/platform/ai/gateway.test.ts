import { randomUUID } from 'node:crypto';
import { LLMock } from '@copilotkit/aimock';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { isAppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { embeddedTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { type ModelServer, startModelServer } from '../../testing/model-server.ts';
import { type AiSettings, type ChatEvent, type ChatRequest, createAiGateway } from './index.ts';

const SECRET = 'sk-very-secret-1234';
const PROMPT = 'the-private-question';
const LIMITS = { backoffMs: 2, backoffCapMs: 4, totalMs: 20_000 };

let db: TestDatabase;
let server: ModelServer;
let actor: OrganizationActor;
const logged: string[] = [];

beforeAll(async () => {
  db = await embeddedTestDatabase();
});
afterAll(async () => {
  await db.close();
});
beforeEach(async () => {
  server = await startModelServer();
  actor = await organization();
  logged.length = 0;
});
afterEach(async () => {
  await server.close();
});

async function organization(): Promise<OrganizationActor> {
  const id = newId();
  await db.owner('insert into organizations (id, name) values ($1, $2)', [id, 'Test']);
  return systemActor(id, randomUUID());
}

function settings(provider: string, changes: Partial<AiSettings> = {}): AiSettings {
  return {
    models: {
      chat: `${provider}:test-model`,
      fast: undefined,
      judge: undefined,
      embed: undefined,
      image: undefined,
      rerank: undefined,
    },
    anthropicApiKey: SECRET,
    anthropicBaseUrl: server.url,
    openaiBaseUrl: server.url,
    openaiApiKey: SECRET,
    timeoutSeconds: 10,
    ...changes,
  };
}

function gateway(provider: string, changes: Partial<AiSettings> = {}) {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  return createAiGateway({
    settings: settings(provider, changes),
    uow: db.database.uow,
    logger,
    limits: LIMITS,
  });
}

function request(changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    role: 'chat',
    system: 'Answer.',
    messages: [{ role: 'user', content: PROMPT }],
    maxOutputTokens: 100,
    signal: new AbortController().signal,
    purpose: 'test',
    ...changes,
  };
}

interface Heard {
  readonly text: string;
  readonly events: readonly ChatEvent[];
  readonly error: unknown;
}

async function listen(stream: AsyncIterable<ChatEvent>): Promise<Heard> {
  const events: ChatEvent[] = [];
  const text = () => events.map((event) => (event.kind === 'delta' ? event.text : '')).join('');
  try {
    for await (const event of stream) events.push(event);
  } catch (error) {
    return { text: text(), events, error };
  }
  return { text: text(), events, error: undefined };
}

function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : String(error);
}

function usageRows(): Promise<Record<string, unknown>[]> {
  return db.owner('select * from ai_usage where organization_id = $1', [actor.organizationId]);
}

describe.each(['openai', 'anthropic'])('%s', (provider) => {
  test('streams text and ends with the reason, the tokens and the model', async () => {
    server.script({ kind: 'answer', text: 'Grüße, 世界! 👋', chunk: 2, usage: { input: 40, output: 9 } });
    const { text, events, error } = await listen(gateway(provider).chat(actor, request()));
    expect(error).toBeUndefined();
    expect(text).toBe('Grüße, 世界! 👋');
    expect(events.at(-1)).toEqual({
      kind: 'finish',
      reason: 'completed',
      model: `${provider}:test-model`,
      usage: { inputTokens: 40, outputTokens: 9, costMicros: null, currency: 'USD' },
    });
    expect(await usageRows()).toMatchObject([
      {
        model: `${provider}:test-model`,
        purpose: 'test',
        outcome: 'completed',
        input_tokens: 40,
        output_tokens: 9,
        estimated: false,
      },
    ]);
  });

  test('sends the prompt, the limit and the key to the configured address', async () => {
    await listen(gateway(provider).chat(actor, request()));
    const [sent] = server.requests;
    expect(sent?.body).toMatchObject({ model: 'test-model', max_tokens: 100, stream: true });
    expect(JSON.stringify(sent?.body)).toContain(PROMPT);
    expect(sent?.headers.authorization ?? sent?.headers['x-api-key']).toContain(SECRET);
  });

  test('waits and tries again after 429 and 5xx', async () => {
    server.script(
      { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 529 },
    );
    const { text } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('Hello.');
    expect(server.requests).toHaveLength(4);
  });

  test('honours Retry-After', async () => {
    server.script({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const before = performance.now();
    const { text } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('Hello.');
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  test('passes a long Retry-After on instead of waiting', async () => {
    server.always({ kind: 'status', status: 429, headers: { 'retry-after': '120' } });
    const { error } = await listen(gateway(provider).chat(actor, request()));
    expect(error).toMatchObject({
      code: 'ai.rate_limited',
      kind: 'unavailable',
      retryable: true,
      retryAfterSeconds: 120,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('gives up after its tries', async () => {
    server.always({ kind: 'status', status: 500 });
    const { error } = await listen(gateway(provider).chat(actor, request()));
    expect(codeOf(error)).toBe('ai.unavailable');
    expect(server.requests).toHaveLength(4);
    expect(await usageRows()).toMatchObject([{ outcome: 'failed', input_tokens: 0, output_tokens: 0 }]);
  });

  test('a refused key or model is not tried again', async () => {
    server.always({
      kind: 'status',
      status: 401,
      body: JSON.stringify({ error: { message: `bad key ${SECRET}` } }),
    });
    const { error } = await listen(gateway(provider).chat(actor, request()));
    expect(error).toMatchObject({ code: 'ai.unavailable', retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  test('a server that never answers times out and its connection is closed', async () => {
    server.always({ kind: 'hang' });
    const { error } = await listen(gateway(provider, { timeoutSeconds: 0.2 }).chat(actor, request()));
    expect(codeOf(error)).toBe('ai.timeout');
    await expect(server.requests[0]?.left).resolves.toBe(true);
  });

  test('a stream that falls silent times out after what it gave', async () => {
    server.always({ kind: 'stall', after: 'Half an ' });
    const { text, error } = await listen(gateway(provider, { timeoutSeconds: 1 }).chat(actor, request()));
    expect(text).toBe('Half an ');
    expect(codeOf(error)).toBe('ai.timeout');
    expect(server.requests).toHaveLength(1);
    await expect(server.requests[0]?.left).resolves.toBe(true);
    const [row] = await usageRows();
    expect(row).toMatchObject({ outcome: 'failed', estimated: true, output_tokens: 2 });
    expect(row?.input_tokens).toBe(provider === 'anthropic' ? 12 : Math.ceil(`Answer.${PROMPT}`.length / 4));
  });

  test('a slow reader is not taken for a silent model', async () => {
    server.script({ kind: 'answer', text: 'slowly read', chunk: 6 });
    const heard: string[] = [];
    for await (const event of gateway(provider, { timeoutSeconds: 1 }).chat(actor, request())) {
      if (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 1_300));
      heard.push(event.kind === 'delta' ? event.text : event.reason);
    }
    expect(heard.join('')).toBe('slowly readcompleted');
  });

  test('a connection that breaks after the first text is an error, never a second answer', async () => {
    server.script({ kind: 'cut', after: 'The beginning' });
    const { text, error } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('The beginning');
    expect(codeOf(error)).toBe('ai.unavailable');
    expect(server.requests).toHaveLength(1);
  });

  test('a connection that breaks before the first text is tried again', async () => {
    server.script({ kind: 'cut', after: '' });
    const { text } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('Hello.');
    expect(server.requests).toHaveLength(2);
  });

  test('a stream that ends without its end is broken', async () => {
    server.script({ kind: 'end_early', after: 'Nearly' });
    const { text, error } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('Nearly');
    expect(codeOf(error)).toBe('ai.unavailable');
  });

  test.each([
    ['JSON that breaks off', 'data: {"choices": [{"del\n\n'],
    ['an event of another shape', 'data: {"type": 5, "choices": "none"}\n\n'],
  ])('malformed output: %s', async (_name, event) => {
    server.script({ kind: 'garbage', after: 'Well, ', event });
    const { text, error } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('Well, ');
    expect(error).toMatchObject({ code: 'ai.malformed_output', kind: 'upstream' });
  });

  test('a page of HTML in place of a stream is no answer', async () => {
    server.always({
      kind: 'raw',
      contentType: 'text/html',
      body: '<html>Sign in to the wireless network</html>',
    });
    const { text, error } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('');
    expect(codeOf(error)).toMatch(/^ai\.(malformed_output|unavailable)$/);
  });

  test('an error event after the first text ends the answer', async () => {
    server.script({ kind: 'error_event', after: 'So', status: 529 });
    const { text, error } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('So');
    expect(codeOf(error)).toBe('ai.unavailable');
  });

  test('an error event before the first text is tried again', async () => {
    server.script({ kind: 'error_event', after: '', status: 429 });
    const { text } = await listen(gateway(provider).chat(actor, request()));
    expect(text).toBe('Hello.');
  });

  test('an endless answer is cut and its connection closed', async () => {
    server.always({ kind: 'endless', text: 'blah '.repeat(20) });
    const { text, events } = await listen(gateway(provider).chat(actor, request({ maxOutputTokens: 50 })));
    expect(text).toHaveLength(400);
    expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'truncated' });
    await expect(server.requests[0]?.left).resolves.toBe(true);
    expect(await usageRows()).toMatchObject([{ outcome: 'truncated', estimated: true }]);
  });

  test.each([
    ['length', 'truncated'],
    ['refusal', 'refused'],
  ] as const)('a finish by %s is told as %s', async (finish, reason) => {
    server.script({ kind: 'answer', text: 'As far as', finish });
    const { events } = await listen(gateway(provider).chat(actor, request()));
    expect(events.at(-1)).toMatchObject({ reason });
  });

  test('an answer without a word is malformed', async () => {
    server.script({ kind: 'answer', text: '' });
    const { error } = await listen(gateway(provider).chat(actor, request()));
    expect(codeOf(error)).toBe('ai.malformed_output');
  });

  test('a caller that aborts closes the connection at once, and what was used is recorded', async () => {
    server.always({ kind: 'stall', after: 'Once upon' });
    const caller = new AbortController();
    const stream = gateway(provider).chat(actor, request({ signal: caller.signal }));
    const heard = listen(
      (async function* () {
        for await (const event of stream) {
          yield event;
          caller.abort(new Error('left'));
        }
      })(),
    );
    expect((await heard).error).toEqual(new Error('left'));
    await expect(server.requests[0]?.left).resolves.toBe(true);
    expect(await usageRows()).toMatchObject([{ outcome: 'aborted', estimated: true, output_tokens: 3 }]);
  });

  test('a reader that stops reading closes the connection', async () => {
    server.always({ kind: 'stall', after: 'Once upon' });
    for await (const event of gateway(provider).chat(actor, request())) {
      expect(event).toEqual({ kind: 'delta', text: 'Once upon' });
      break;
    }
    await expect(server.requests[0]?.left).resolves.toBe(true);
    expect(await usageRows()).toMatchObject([{ outcome: 'aborted' }]);
  });

  test('a caller that has already left makes no call', async () => {
    const { error } = await listen(
      gateway(provider).chat(actor, request({ signal: AbortSignal.abort(new Error('gone')) })),
    );
    expect(error).toEqual(new Error('gone'));
    expect(server.requests).toHaveLength(0);
  });

  test('follows no redirect', async () => {
    const other = await startModelServer();
    server.always({ kind: 'status', status: 307, headers: { location: `${other.url}/chat/completions` } });
    const { error } = await listen(gateway(provider).chat(actor, request()));
    expect(codeOf(error)).toBe('ai.unavailable');
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  test('a server that is not there is unavailable', async () => {
    const gone = await startModelServer();
    await gone.close();
    const { error } = await listen(
      gateway(provider, { openaiBaseUrl: gone.url, anthropicBaseUrl: gone.url }).chat(actor, request()),
    );
    expect(codeOf(error)).toBe('ai.unavailable');
  });

  test('neither logs nor errors hold an address, a key or a prompt', async () => {
    const seen: unknown[] = [];
    for (const behaviour of [
      { kind: 'status', status: 400, body: JSON.stringify({ error: { message: `${PROMPT} ${SECRET}` } }) },
      { kind: 'cut', after: 'x' },
      { kind: 'garbage', after: 'x', event: `data: {"${SECRET}"\n\n` },
    ] as const) {
      server.script(behaviour);
      seen.push((await listen(gateway(provider).chat(actor, request()))).error);
    }
    const everything = seen.map((error) => deepText(error)).join('\n') + logged.join('\n');
    expect(everything).toContain('ai.unavailable');
    for (const secret of [SECRET, PROMPT, new URL(server.url).host]) expect(everything).not.toContain(secret);
  });
});

/** Everything that a logger could print of an error. */
function deepText(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? '';
  return `${error.stack} ${JSON.stringify({ ...error, cause: undefined })} ${deepText(error.cause)}`;
}

test('an independent implementation of both protocols is understood', async () => {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(PROMPT, { content: 'From another server.' });
  const url = `${await mock.start()}/v1`;
  try {
    for (const provider of ['openai', 'anthropic']) {
      const { text, error } = await listen(
        gateway(provider, { openaiBaseUrl: url, anthropicBaseUrl: url }).chat(actor, request()),
      );
      expect(error).toBeUndefined();
      expect(text).toBe('From another server.');
    }
  } finally {
    await mock.stop();
  }
});

test('a role without a model says so', async () => {
  const models = {
    chat: undefined,
    fast: undefined,
    judge: undefined,
    embed: undefined,
    image: undefined,
    rerank: undefined,
  };
  const ai = gateway('openai', { models });
  expect(ai.modelFor('chat')).toBeNull();
  expect(ai.embedding()).toBeNull();
  expect(() => ai.chat(actor, request())).toThrow(
    expect.objectContaining({ code: 'ai.not_configured', kind: 'unavailable' }),
  );
});

test('what one organization used is hidden from another, and cannot be changed', async () => {
  await listen(gateway('openai').chat(actor, request()));
  const other = await organization();
  const { executor, uow } = db.database;
  const count = (who: OrganizationActor) =>
    uow.read(
      who,
      async (tx) => (await executor(tx).execute('select count(*)::int as n from ai_usage')).rows[0]?.n,
    );
  expect(await count(actor)).toBe(1);
  expect(await count(other)).toBe(0);
  await expect(uow.write(actor, (tx) => executor(tx).execute('delete from ai_usage'))).rejects.toThrow();
});
