import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import type { OrganizationActor } from '../../kernel/actor.ts';
import type { CallContext } from './chat.ts';
import { aiMalformedOutput, readFailure } from './errors.ts';
import type { ModelRef } from './models.ts';
import type { EmbeddingModel } from './port.ts';
import { pause, waitBeforeRetry } from './retry.ts';
import type { AiLimits } from './settings.ts';
import { type CallOutcome, createMeter, estimateTokens, type Meter } from './usage.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

/** The configured embedding server: batches, tries, checks and records. See `AiGateway.embedding`. */
export function createEmbeddingModel(context: CallContext, model: ModelRef): EmbeddingModel {
  // A server whose vectors change their length is not the one that made the index.
  let dimensions: number | null = null;
  const normalise = (vector: readonly number[]): Float32Array => {
    dimensions ??= vector.length;
    if (vector.length !== dimensions)
      throw aiMalformedOutput(`vector of ${vector.length} instead of ${dimensions}`);
    return unitVector(vector);
  };
  return {
    id: model.id,
    async embed(texts, actor, signal) {
      signal.throwIfAborted();
      if (texts.length === 0) return [];
      const vectors = await recorded(context, model, actor, signal, (meter, watchdog) =>
        embedAll(context, model, texts, meter, watchdog),
      );
      return vectors.map(normalise);
    },
  };
}

async function recorded<T>(
  context: CallContext,
  model: ModelRef,
  actor: OrganizationActor,
  signal: AbortSignal,
  work: (meter: Meter, watchdog: Watchdog) => Promise<T>,
): Promise<T> {
  const meter = createMeter();
  const startedAt = context.clock();
  const watchdog = createWatchdog(signal, context.silenceMs, context.limits.totalMs);
  let outcome: CallOutcome = 'failed';
  try {
    const result = await work(meter, watchdog);
    outcome = 'completed';
    return result;
  } catch (error) {
    if (signal.aborted) outcome = 'aborted';
    throw error;
  } finally {
    watchdog.stop();
    await context.usage.record(actor, { role: 'embed', purpose: 'embed', model, outcome, meter, startedAt });
  }
}

type Vectors = readonly (readonly number[])[];

/** All batches, a few at a time; the first that fails ends the rest. */
async function embedAll(
  context: CallContext,
  model: ModelRef,
  texts: readonly string[],
  meter: Meter,
  watchdog: Watchdog,
): Promise<Vectors> {
  const embedder = await context.models.embedding(model);
  const batches = toBatches(texts, context.limits);
  const results: Vectors[] = batches.map(() => []);
  const queue = batches.entries();
  const work = async (): Promise<void> => {
    for (const [index, batch] of queue)
      results[index] = await embedBatch(context, embedder, batch, meter, watchdog);
  };
  const workers = Array.from({ length: Math.min(context.limits.embedParallel, batches.length) }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    watchdog.stop();
    await Promise.allSettled(workers);
    throw error;
  }
  return results.flat();
}

/** Batches in order, each of at most `embedBatchTexts` texts and, but for a single long text, `embedBatchTokens` tokens. */
export function toBatches(texts: readonly string[], limits: AiLimits): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const size = estimateTokens(text);
    const current = batches.at(-1);
    if (current && current.length < limits.embedBatchTexts && tokens + size <= limits.embedBatchTokens) {
      current.push(text);
      tokens += size;
    } else {
      batches.push([text]);
      tokens = size;
    }
  }
  return batches;
}

async function embedBatch(
  context: CallContext,
  embedder: EmbeddingModelV4,
  batch: readonly string[],
  meter: Meter,
  watchdog: Watchdog,
): Promise<Vectors> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await watchdog.wait(
        embedder.doEmbed({ values: [...batch], abortSignal: watchdog.signal }),
      );
      meter.begin(batch.join(''));
      meter.report({ input: answer.usage?.tokens, output: 0 });
      return inOrder(answer.embeddings, answer.response?.body, batch.length);
    } catch (error) {
      watchdog.signal.throwIfAborted();
      const failure = readFailure(error, context.clock());
      const wait = waitBeforeRetry(failure, attempt, context.limits, context.random());
      context.logger.warn({ attempt, failure: failure.summary, waitMs: wait }, 'embedding call failed');
      if (wait === null) throw failure.error;
      await pause(wait, watchdog.signal);
    }
  }
}

/** Servers may answer out of order; `index` says which text a vector belongs to. The provider package does not look at it. */
function inOrder(vectors: Vectors, body: unknown, expected: number): Vectors {
  if (vectors.length !== expected) throw aiMalformedOutput(`${vectors.length} vectors for ${expected} texts`);
  const indexes = indexesOf(body);
  if (indexes.length !== expected) return vectors;
  const ordered: (readonly number[])[] = [];
  for (const [position, vector] of vectors.entries()) {
    const index = indexes[position];
    if (index === undefined || index >= expected || ordered[index] !== undefined)
      throw aiMalformedOutput('indexes of vectors');
    ordered[index] = vector;
  }
  return ordered;
}

function indexesOf(body: unknown): readonly number[] {
  if (typeof body !== 'object' || body === null || !('data' in body) || !Array.isArray(body.data)) return [];
  return body.data.flatMap((item: unknown) =>
    typeof item === 'object' &&
    item !== null &&
    'index' in item &&
    Number.isInteger(item.index) &&
    Number(item.index) >= 0
      ? [Number(item.index)]
      : [],
  );
}

function unitVector(vector: readonly number[]): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) throw aiMalformedOutput('vector without a direction');
  return Float32Array.from(vector, (value) => value / length);
}
