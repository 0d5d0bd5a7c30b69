import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OrganizationActor } from '../../kernel/actor.ts';
import {
  type AiWorld,
  chatRequest,
  codeOf,
  createAiWorld,
  listen,
  PROMPT,
  SECRET,
} from '../../testing/ai-world.ts';
import { startModelServer } from '../../testing/model-server.ts';

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
  test('waits and tries again after 429 and 5xx', async () => {
    world
      .server()
      .script(
        { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
        { kind: 'status', status: 503 },
        { kind: 'status', status: 529 },
      );
    const { text } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('Hello.');
    expect(world.server().requests).toHaveLength(4);
  });

  test('honours Retry-After', async () => {
    world.server().script({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const before = performance.now();
    const { text } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('Hello.');
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  test('passes a long Retry-After on instead of waiting', async () => {
    world.server().always({ kind: 'status', status: 429, headers: { 'retry-after': '120' } });
    const { error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(error).toMatchObject({
      code: 'ai.rate_limited',
      kind: 'unavailable',
      retryable: true,
      retryAfterSeconds: 120,
    });
    expect(world.server().requests).toHaveLength(1);
  });

  test('gives up after its tries', async () => {
    world.server().always({ kind: 'status', status: 500 });
    const { error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(codeOf(error)).toBe('ai.unavailable');
    expect(world.server().requests).toHaveLength(4);
    expect(await world.usage(actor)).toMatchObject([
      { outcome: 'failed', input_tokens: 0, output_tokens: 0 },
    ]);
  });

  test('a refused key or model is not tried again', async () => {
    world.server().always({
      kind: 'status',
      status: 401,
      body: JSON.stringify({ error: { message: `bad key ${SECRET}` } }),
    });
    const { error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(error).toMatchObject({ code: 'ai.unavailable', retryable: false });
    expect(world.server().requests).toHaveLength(1);
  });

  test('a server that never answers times out and its connection is closed', async () => {
    world.server().always({ kind: 'hang' });
    const { error } = await listen(
      world.gateway(provider, { timeoutSeconds: 0.2 }).chat(actor, chatRequest()),
    );
    expect(codeOf(error)).toBe('ai.timeout');
    await expect(world.server().requests[0]?.left).resolves.toBe(true);
  });

  test('a stream that falls silent times out after what it gave', async () => {
    world.server().always({ kind: 'stall', after: 'Half an ' });
    const { text, error } = await listen(
      world.gateway(provider, { timeoutSeconds: 1 }).chat(actor, chatRequest()),
    );
    expect(text).toBe('Half an ');
    expect(codeOf(error)).toBe('ai.timeout');
    expect(world.server().requests).toHaveLength(1);
    await expect(world.server().requests[0]?.left).resolves.toBe(true);
    const [row] = await world.usage(actor);
    expect(row).toMatchObject({ outcome: 'failed', estimated: true, output_tokens: 2 });
    expect(row?.input_tokens).toBe(provider === 'anthropic' ? 12 : Math.ceil(`Answer.${PROMPT}`.length / 4));
  });

  test('a slow reader is not taken for a silent model', async () => {
    world.server().script({ kind: 'answer', text: 'slowly read', chunk: 6 });
    const heard: string[] = [];
    for await (const event of world.gateway(provider, { timeoutSeconds: 1 }).chat(actor, chatRequest())) {
      if (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 1_300));
      heard.push(event.kind === 'delta' ? event.text : event.reason);
    }
    expect(heard.join('')).toBe('slowly readcompleted');
  });

  test('a connection that breaks after the first text is an error, never a second answer', async () => {
    world.server().script({ kind: 'cut', after: 'The beginning' });
    const { text, error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('The beginning');
    expect(codeOf(error)).toBe('ai.unavailable');
    expect(world.server().requests).toHaveLength(1);
  });

  test('a connection that breaks before the first text is tried again', async () => {
    world.server().script({ kind: 'cut', after: '' });
    const { text } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('Hello.');
    expect(world.server().requests).toHaveLength(2);
  });

  test('a stream that ends without its end is broken', async () => {
    world.server().script({ kind: 'end_early', after: 'Nearly' });
    const { text, error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('Nearly');
    expect(codeOf(error)).toBe('ai.unavailable');
  });

  test.each([
    ['JSON that breaks off', 'data: {"choices": [{"del\n\n'],
    ['an event of another shape', 'data: {"type": 5, "choices": "none"}\n\n'],
  ])('malformed output: %s', async (_name, event) => {
    world.server().script({ kind: 'garbage', after: 'Well, ', event });
    const { text, error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('Well, ');
    expect(error).toMatchObject({ code: 'ai.malformed_output', kind: 'upstream' });
  });

  test('a page of HTML in place of a stream is no answer', async () => {
    world.server().always({
      kind: 'raw',
      contentType: 'text/html',
      body: '<html>Sign in to the wireless network</html>',
    });
    const { text, error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('');
    expect(codeOf(error)).toMatch(/^ai\.(malformed_output|unavailable)$/);
  });

  test('an error event after the first text ends the answer', async () => {
    world.server().script({ kind: 'error_event', after: 'So', status: 529 });
    const { text, error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('So');
    expect(codeOf(error)).toBe('ai.unavailable');
  });

  test('an error event before the first text is tried again', async () => {
    world.server().script({ kind: 'error_event', after: '', status: 429 });
    const { text } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(text).toBe('Hello.');
  });

  test('an answer without a word is malformed', async () => {
    world.server().script({ kind: 'answer', text: '' });
    const { error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(codeOf(error)).toBe('ai.malformed_output');
  });

  test('follows no redirect', async () => {
    const other = await startModelServer();
    world
      .server()
      .always({ kind: 'status', status: 307, headers: { location: `${other.url}/chat/completions` } });
    const { error } = await listen(world.gateway(provider).chat(actor, chatRequest()));
    expect(codeOf(error)).toBe('ai.unavailable');
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  test('a server that is not there is unavailable', async () => {
    const gone = await startModelServer();
    await gone.close();
    const { error } = await listen(
      world
        .gateway(provider, { openaiBaseUrl: gone.url, anthropicBaseUrl: gone.url })
        .chat(actor, chatRequest()),
    );
    expect(codeOf(error)).toBe('ai.unavailable');
  });
});
