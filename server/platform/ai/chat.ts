import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { OrganizationActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../logging/index.ts';
import { aiMalformedOutput, aiUnavailable, readFailure } from './errors.ts';
import type { ModelRef, Models } from './models.ts';
import type { ChatEvent, ChatRequest, FinishReason } from './port.ts';
import { pause, waitBeforeRetry } from './retry.ts';
import type { AiLimits } from './settings.ts';
import { type CallOutcome, createMeter, type Meter, type UsageRecorder, usageOf } from './usage.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

export interface CallContext {
  readonly models: Models;
  readonly limits: AiLimits;
  /** Longest silence of a model, milliseconds. */
  readonly silenceMs: number;
  readonly usage: UsageRecorder;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/** One completion with its tries, its limits and its record. See `AiGateway.chat`. */
export async function* streamChat(
  context: CallContext,
  model: ModelRef,
  actor: OrganizationActor,
  request: ChatRequest,
): AsyncGenerator<ChatEvent> {
  const meter = createMeter();
  const startedAt = context.clock();
  const watchdog = createWatchdog(request.signal, context.silenceMs, context.limits.totalMs);
  // A reader that stops reading ends the generator at a `yield`: no line below then changes this.
  let outcome: CallOutcome = 'aborted';
  try {
    for await (const event of tries(context, model, request, meter, watchdog)) {
      if (event.kind === 'finish') outcome = event.reason;
      yield event;
    }
  } catch (error) {
    if (!request.signal.aborted) outcome = 'failed';
    throw error;
  } finally {
    watchdog.stop();
    await context.usage.record(actor, {
      role: request.role,
      purpose: request.purpose,
      model,
      outcome,
      meter,
      startedAt,
    });
  }
}

/** Tries again while nothing was given out yet and the failure may pass. */
async function* tries(
  context: CallContext,
  model: ModelRef,
  request: ChatRequest,
  meter: Meter,
  watchdog: Watchdog,
): AsyncGenerator<ChatEvent> {
  for (let attempt = 1; ; attempt++) {
    let given = false;
    try {
      for await (const event of oneTry(context, model, request, meter, watchdog)) {
        given = true;
        yield event;
      }
      return;
    } catch (error) {
      watchdog.signal.throwIfAborted();
      const failure = readFailure(error, context.clock());
      const wait = given ? null : waitBeforeRetry(failure, attempt, context.limits, context.random());
      context.logger.warn(
        { model: model.id, attempt, failure: failure.summary, waitMs: wait },
        'model call failed',
      );
      if (wait === null) throw failure.error;
      await pause(wait, watchdog.signal);
    }
  }
}

async function* oneTry(
  context: CallContext,
  model: ModelRef,
  request: ChatRequest,
  meter: Meter,
  watchdog: Watchdog,
): AsyncGenerator<ChatEvent> {
  const language = await context.models.language(model);
  const { stream } = await watchdog.wait(language.doStream(callOptions(request, watchdog.signal)));
  meter.begin(request.system + request.messages.map((message) => message.content).join(''));
  const reader = stream.getReader();
  const finish = (reason: FinishReason): ChatEvent => ({
    kind: 'finish',
    reason,
    usage: usageOf(model, meter),
    model: model.id,
  });
  let room = request.maxOutputTokens * context.limits.charactersPerToken;
  let empty = true;
  try {
    for (;;) {
      const { done, value: part } = await watchdog.wait(reader.read());
      if (done) throw brokenStream();
      measure(part, meter);
      if (part.type === 'error') throw part.error;
      if (part.type === 'finish') return yield finish(finishReason(part.finishReason, empty));
      if (part.type !== 'text-delta' || part.delta === '') continue;
      empty = false;
      yield { kind: 'delta', text: cut(part.delta, room) };
      room -= part.delta.length;
      if (room < 0) return yield finish('truncated');
    }
  } finally {
    // Not awaited: a stream whose connection hangs may never answer; the watchdog closes the connection.
    reader.cancel().catch(() => undefined);
  }
}

function callOptions(request: ChatRequest, signal: AbortSignal): LanguageModelV4CallOptions {
  return {
    prompt: [
      { role: 'system', content: request.system },
      ...request.messages.map(({ role, content }) => ({
        role,
        content: [{ type: 'text' as const, text: content }],
      })),
    ],
    maxOutputTokens: request.maxOutputTokens,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    abortSignal: signal,
  };
}

function measure(part: LanguageModelV4StreamPart, meter: Meter): void {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') meter.text(part.delta);
  if (part.type === 'finish')
    meter.report({ input: part.usage.inputTokens.total, output: part.usage.outputTokens.total });
  if (part.type === 'custom' && part.kind === 'anthropic.message_start')
    meter.report({ input: earlyInput(part), output: undefined });
}

/** Anthropic tells the size of the prompt at the start of the stream, so that a broken one still counts right. */
function earlyInput(part: Extract<LanguageModelV4StreamPart, { type: 'custom' }>): number | undefined {
  const usage = part.providerMetadata?.anthropic?.usage;
  if (typeof usage !== 'object' || usage === null || !('input_tokens' in usage)) return undefined;
  return typeof usage.input_tokens === 'number' ? usage.input_tokens : undefined;
}

function finishReason(reason: LanguageModelV4FinishReason, empty: boolean): FinishReason {
  if (reason.unified === 'length') return 'truncated';
  if (reason.unified === 'content-filter') return 'refused';
  // We offer no tools, and an answer without a word is none.
  if (reason.unified === 'tool-calls') throw aiMalformedOutput('a tool call');
  if (reason.unified !== 'stop' && reason.unified !== 'other') throw brokenStream();
  if (empty) throw aiMalformedOutput('no text');
  return 'completed';
}

function brokenStream(): Error {
  return aiUnavailable(new Error('the stream ended early'));
}

/** The beginning of `text` that fits, without splitting a surrogate pair. */
function cut(text: string, room: number): string {
  if (text.length <= room) return text;
  const last = text.charCodeAt(room - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? room - 1 : room);
}
