import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OrganizationActor } from '../../kernel/actor.ts';
import { type AiWorld, chatRequest, createAiWorld, listen, PROMPT, SECRET } from '../../testing/ai-world.ts';

let world: AiWorld;
let actor: OrganizationActor;

beforeAll(async () => {
  world = await createAiWorld();
});
afterAll(async () => {
  await world.close();
});
beforeEach(async () => {
  await world.reset();
  actor = await world.organization();
});

describe.each(['openai', 'anthropic'])('%s', (provider) => {
  test('streams text and ends with the reason, the tokens and the model', async () => {
    world
      .server()
      .script({ kind: 'answer', text: 'Grüße, 世界! 👋', chunk: 2, usage: { input: 40, output: 9 } });
    const { text, events, error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(error).toBeUndefined();
    expect(text).toBe('Grüße, 世界! 👋');
    expect(events.at(-1)).toEqual({
      kind: 'finish',
      reason: 'completed',
      model: `${provider}:test-model`,
      usage: { inputTokens: 40, outputTokens: 9, costMicros: null, currency: 'USD' },
    });
    expect(await world.usage(actor)).toMatchObject([
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
    await listen(world.gateway(provider).chat(actor, chatRequest()));
    const [sent] = world.server().requests;
    expect(sent?.body).toMatchObject({ model: 'test-model', max_tokens: 100, stream: true });
    expect(JSON.stringify(sent?.body)).toContain(PROMPT);
    expect(sent?.headers.authorization ?? sent?.headers['x-api-key']).toContain(SECRET);
  });

  test('an endless answer is cut and its connection closed', async () => {
    world.server().always({ kind: 'endless', text: 'blah '.repeat(20) });
    const { text, events } = await listen(
      world.gateway(provider).chat(actor, chatRequest({ maxOutputTokens: 50 })),
    );
    expect(text).toHaveLength(400);
    expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'truncated' });
    await expect(world.server().requests[0]?.left).resolves.toBe(true);
    expect(await world.usage(actor)).toMatchObject([{ outcome: 'truncated', estimated: true }]);
  });

  test.each([
    ['length', 'truncated'],
    ['refusal', 'refused'],
  ] as const)('a finish by %s is told as %s', async (finish, reason) => {
    world.server().script({ kind: 'answer', text: 'As far as', finish });
    const { events } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(events.at(-1)).toMatchObject({ reason });
  });

  test('a caller that aborts closes the connection at once, and what was used is recorded', async () => {
    world.server().always({ kind: 'stall', after: 'Once upon' });
    const caller = new AbortController();
    const stream = world.gateway(provider).chat(actor, chatRequest({ signal: caller.signal }));
    const heard = listen(
      (async function* () {
        for await (const event of stream) {
          yield event;
          caller.abort(new Error('left'));
        }
      })(),
    );
    expect((await heard).error).toEqual(new Error('left'));
    await expect(world.server().requests[0]?.left).resolves.toBe(true);
    expect(await world.usage(actor)).toMatchObject([
      { outcome: 'aborted', estimated: true, output_tokens: 3 },
    ]);
  });

  test('a reader that stops reading closes the connection', async () => {
    world.server().always({ kind: 'stall', after: 'Once upon' });
    for await (const event of world.gateway(provider).chat(actor, chatRequest())) {
      expect(event).toEqual({ kind: 'delta', text: 'Once upon' });
      break;
    }
    await expect(world.server().requests[0]?.left).resolves.toBe(true);
    expect(await world.usage(actor)).toMatchObject([{ outcome: 'aborted' }]);
  });

  test('a caller that has already left makes no call', async () => {
    const { error } = await listen(
      world.gateway(provider).chat(actor, chatRequest({ signal: AbortSignal.abort(new Error('gone')) })),
    );
    expect(error).toEqual(new Error('gone'));
    expect(world.server().requests).toHaveLength(0);
  });

  test('neither logs nor errors hold an address, a key or a prompt', async () => {
    const seen: unknown[] = [];
    for (const behaviour of [
      { kind: 'status', status: 400, body: JSON.stringify({ error: { message: `${PROMPT} ${SECRET}` } }) },
      { kind: 'cut', after: 'x' },
      { kind: 'garbage', after: 'x', event: `data: {"${SECRET}"\n\n` },
    ] as const) {
      world.server().script(behaviour);
      seen.push((await listen(world.gateway(provider).chat(actor, chatRequest()))).error);
    }
    const everything = seen.map((error) => deepText(error)).join('\n') + world.logged.join('\n');
    expect(everything).toContain('ai.unavailable');
    for (const secret of [SECRET, PROMPT, new URL(world.server().url).host])
      expect(everything).not.toContain(secret);
  });
});

/** Everything that a logger could print of an error. */
function deepText(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? '';
  return `${error.stack} ${JSON.stringify({ ...error, cause: undefined })} ${deepText(error.cause)}`;
}

test('an independent implementation of both protocols is understood', async () => {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(PROMPT, { content: 'From another world.server().' });
  const url = `${await mock.start()}/v1`;
  try {
    for (const provider of ['openai', 'anthropic']) {
      const { text, error } = await listen(
        world.gateway(provider, { openaiBaseUrl: url, anthropicBaseUrl: url }).chat(actor, chatRequest()),
      );
      expect(error).toBeUndefined();
      expect(text).toBe('From another world.server().');
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
  const ai = world.gateway('openai', { models });
  expect(ai.modelFor('chat')).toBeNull();
  expect(ai.embedding()).toBeNull();
  expect(() => ai.chat(actor, chatRequest())).toThrow(
    expect.objectContaining({ code: 'ai.not_configured', kind: 'unavailable' }),
  );
});

test('what one organization used is hidden from another, and cannot be changed', async () => {
  await listen(world.gateway('openai').chat(actor, chatRequest()));
  const other = await world.organization();
  const { executor, uow } = world.db.database;
  const count = (who: OrganizationActor) =>
    uow.read(
      who,
      async (tx) => (await executor(tx).execute('select count(*)::int as n from ai_usage')).rows[0]?.n,
    );
  expect(await count(actor)).toBe(1);
  expect(await count(other)).toBe(0);
  const attempt = (text: string) => uow.write(actor, (tx) => executor(tx).execute(text));
  await expect(attempt('update ai_usage set input_tokens = 0')).rejects.toThrow();
  // Rows go with their organization, once it is closed.
  expect((await attempt('delete from ai_usage')).rowCount).toBe(0);
  expect(await count(actor)).toBe(1);
});
