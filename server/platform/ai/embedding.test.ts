import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { embeddedTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { type ModelServer, startModelServer } from '../../testing/model-server.ts';
import { toBatches } from './embedding.ts';
import { type AiLimits, createAiGateway, type EmbeddingModel } from './index.ts';
import { DEFAULT_LIMITS } from './settings.ts';

const signal = new AbortController().signal;
let db: TestDatabase;
let server: ModelServer;
let actor: OrganizationActor;

beforeAll(async () => {
  db = await embeddedTestDatabase();
  actor = systemActor(newId(), randomUUID());
  await db.owner('insert into organizations (id, name) values ($1, $2)', [actor.organizationId, 'Test']);
});
afterAll(async () => {
  await db.close();
});
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(async () => {
  await server.close();
});

function embedder(limits: Partial<AiLimits> = {}, timeoutSeconds = 10): EmbeddingModel {
  const off = { chat: undefined, fast: undefined, judge: undefined, image: undefined, rerank: undefined };
  const ai = createAiGateway({
    settings: {
      models: { ...off, embed: 'openai:embedder' },
      anthropicApiKey: undefined,
      anthropicBaseUrl: undefined,
      openaiBaseUrl: server.url,
      openaiApiKey: undefined,
      timeoutSeconds,
    },
    uow: db.database.uow,
    logger: pino({ level: 'silent' }),
    limits: { backoffMs: 2, backoffCapMs: 4, ...limits },
  });
  const model = ai.embedding();
  if (model === null) throw new Error('an embedding model is set');
  return model;
}

const length = (vector: Float32Array) => Math.hypot(...vector);
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

test('gives one unit vector for each text, in order, over many parallel batches', async () => {
  const texts = Array.from({ length: 250 }, (_, i) => `text number ${i}`);
  const model = embedder({ embedBatchTexts: 16 });
  const vectors = await model.embed(texts, actor, signal);
  expect(model.id).toBe('openai:embedder');
  expect(vectors).toHaveLength(250);
  for (const vector of vectors) expect(length(vector)).toBeCloseTo(1, 5);
  expect(server.requests).toHaveLength(16);
  const [alone] = await model.embed(['text number 137'], actor, signal);
  expect(cosine(alone ?? new Float32Array(), vectors[137] ?? new Float32Array())).toBeCloseTo(1, 5);
});

test('no texts, no call', async () => {
  expect(await embedder().embed([], actor, signal)).toEqual([]);
  expect(server.requests).toHaveLength(0);
});

test('puts vectors that come in another order in their places', async () => {
  const texts = ['apple', 'pear', 'plum'];
  const expected = await embedder().embed(texts, actor, signal);
  server.script({ kind: 'embed', shuffled: true });
  expect(await embedder().embed(texts, actor, signal)).toEqual(expected);
});

test('missing vectors, vectors of another length and vectors of nothing are malformed', async () => {
  const malformed = expect.objectContaining({ code: 'ai.malformed_output' });
  server.always({ kind: 'embed', missing: 1 });
  await expect(embedder().embed(['a', 'b'], actor, signal)).rejects.toEqual(malformed);

  const model = embedder();
  server.always({ kind: 'embed', dimensions: 64 });
  await model.embed(['a'], actor, signal);
  server.always({ kind: 'embed', dimensions: 32 });
  await expect(model.embed(['a'], actor, signal)).rejects.toEqual(malformed);

  for (const body of [
    '{"data":[{"embedding":[0,0,0]}]}',
    '{"data":[{"embedding":["x"]}]}',
    '{"data":',
    '<html>',
  ]) {
    server.always({ kind: 'raw', body });
    await expect(embedder().embed(['a'], actor, signal)).rejects.toEqual(malformed);
  }
});

test('tries again after 429, 5xx and a broken connection, and gives up in the end', async () => {
  server.script(
    { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'cut', after: '' },
    { kind: 'status', status: 502 },
  );
  expect(await embedder().embed(['a'], actor, signal)).toHaveLength(1);
  server.always({ kind: 'status', status: 503 });
  await expect(embedder().embed(['a'], actor, signal)).rejects.toMatchObject({ code: 'ai.unavailable' });
});

test('a batch that fails ends the others and their connections', async () => {
  server.script({ kind: 'hang' }, { kind: 'status', status: 400 }, { kind: 'hang' });
  const model = embedder({ embedBatchTexts: 1, embedParallel: 3 });
  await expect(model.embed(['a', 'b', 'c', 'd'], actor, signal)).rejects.toMatchObject({
    code: 'ai.unavailable',
  });
  for (const request of server.requests.filter((_, i) => i !== 1))
    await expect(request.left).resolves.toBe(true);
});

test('silence times out, and an abort closes the connection', async () => {
  server.always({ kind: 'hang' });
  await expect(embedder({}, 0.2).embed(['a'], actor, signal)).rejects.toMatchObject({ code: 'ai.timeout' });
  const caller = new AbortController();
  const call = embedder().embed(['a'], actor, caller.signal);
  const aborted = expect(call).rejects.toThrow('left');
  while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  caller.abort(new Error('left'));
  await aborted;
  await expect(server.requests[1]?.left).resolves.toBe(true);
});

test('records the tokens that the server reports', async () => {
  await embedder().embed(['four'.repeat(10)], actor, signal);
  const rows = await db.owner('select * from ai_usage where organization_id = $1 order by id desc limit 1', [
    actor.organizationId,
  ]);
  expect(rows).toMatchObject([
    {
      role: 'embed',
      purpose: 'embed',
      outcome: 'completed',
      input_tokens: 10,
      output_tokens: 0,
      estimated: false,
    },
  ]);
});

test('batches keep every text in order and stay within their bounds', () => {
  const limits = { ...DEFAULT_LIMITS, embedBatchTexts: 5, embedBatchTokens: 20 };
  const tokens = (batch: readonly string[]) =>
    batch.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 120, unit: fc.constantFrom('a', ' ') })), (texts) => {
      const batches = toBatches(texts, limits);
      expect(batches.flat()).toEqual(texts);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(5);
        expect(batch.length === 1 || tokens(batch) <= 20).toBe(true);
      }
    }),
  );
});
