import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../testing/model-server.ts';
import { checkModels } from './check.ts';
import type { AiSettings } from './settings.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const NO_MODELS = {
  chat: undefined,
  fast: undefined,
  judge: undefined,
  embed: undefined,
  image: undefined,
  rerank: undefined,
};

function settings(models: Partial<AiSettings['models']>): AiSettings {
  return {
    models: { ...NO_MODELS, ...models },
    anthropicApiKey: 'key-a',
    anthropicBaseUrl: server.url,
    openaiBaseUrl: server.url,
    openaiApiKey: 'key-o',
    timeoutSeconds: 5,
  };
}

test('calls each configured role once, and no other', async () => {
  const before = server.requests.length;
  const checks = await checkModels(settings({ chat: 'anthropic:one', embed: 'openai:two' }), 5000);
  expect(checks).toEqual([
    { role: 'chat', model: 'anthropic:one', ok: true, message: 'answers' },
    { role: 'embed', model: 'openai:two', ok: true, message: 'gives vectors of 64 dimensions' },
  ]);
  expect(server.requests.length - before).toBe(2);
  expect(await checkModels(settings({}), 5000)).toEqual([]);
});

test('a refusal is said after one call, with its reason', async () => {
  const before = server.requests.length;
  server.script({ kind: 'status', status: 401, body: '{"error":{"message":"no such key"}}' });
  const [check] = await checkModels(settings({ fast: 'openai:one' }), 5000);
  expect(check).toMatchObject({ role: 'fast', ok: false, message: expect.stringMatching(/status 401/) });
  expect(server.requests.length - before).toBe(1);
});

test('a server that hangs is given up in time', async () => {
  server.script({ kind: 'hang' });
  const [check] = await checkModels(settings({ judge: 'openai:one' }), 300);
  expect(check).toMatchObject({ ok: false, message: expect.stringMatching(/too long/) });
});
