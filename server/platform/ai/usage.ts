import type { OrganizationActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { UnitOfWork } from '../db/port.ts';
import type { Logger } from '../logging/index.ts';
import type { ModelRef } from './models.ts';
import type { AiRole, TokenUsage } from './port.ts';
import { costMicros, PRICE_CURRENCY } from './prices.ts';
import { insertUsage } from './usage.repository.ts';

/** How a call to a model ended. `failed`: the server's fault. `aborted`: the caller left. */
export type CallOutcome = 'completed' | 'truncated' | 'refused' | 'failed' | 'aborted';

export interface CallRecord {
  readonly role: AiRole;
  readonly purpose: string;
  readonly model: ModelRef;
  readonly outcome: CallOutcome;
  readonly meter: Meter;
  readonly startedAt: Date;
}

/** Counts the tokens of a call over all its tries: what the server reported, or an estimate where it did not get to it. */
export interface Meter {
  /** A try reached the model with this prompt. */
  begin(prompt: string): void;
  text(delta: string): void;
  report(tokens: { readonly input: number | undefined; readonly output: number | undefined }): void;
  total(): { readonly inputTokens: number; readonly outputTokens: number; readonly estimated: boolean };
}

interface Try {
  readonly prompt: string;
  input: number | undefined;
  output: number | undefined;
  /** UTF-8 bytes of output seen so far. */
  bytes: number;
}

export function createMeter(): Meter {
  const tries: Try[] = [];
  return {
    begin(prompt) {
      tries.push({ prompt, input: undefined, output: undefined, bytes: 0 });
    },
    text(delta) {
      const current = tries.at(-1);
      if (current) current.bytes += Buffer.byteLength(delta);
    },
    report(tokens) {
      const current = tries.at(-1);
      if (!current) return;
      current.input = tokens.input ?? current.input;
      current.output = tokens.output ?? current.output;
    },
    total() {
      const sum = { inputTokens: 0, outputTokens: 0, estimated: false };
      for (const one of tries) {
        sum.inputTokens += one.input ?? estimateTokens(one.prompt);
        sum.outputTokens += one.output ?? Math.ceil(one.bytes / BYTES_PER_TOKEN);
        sum.estimated ||= one.input === undefined || one.output === undefined;
      }
      return sum;
    },
  };
}

/** About right for European languages, and for Chinese and Japanese with their three bytes a character. */
const BYTES_PER_TOKEN = 4;

export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** Tokens and cost of a call so far. */
export function usageOf(model: ModelRef, meter: Meter): TokenUsage {
  const { inputTokens, outputTokens } = meter.total();
  const cost = model.listPrice ? costMicros(model.id, inputTokens, outputTokens) : null;
  return { inputTokens, outputTokens, costMicros: cost, currency: PRICE_CURRENCY };
}

export interface UsageRecorder {
  /** Writes a row of `ai_usage`. A failure is logged and never fails the call that it counts. */
  record(actor: OrganizationActor, call: CallRecord): Promise<void>;
}

export function createUsageRecorder(
  uow: UnitOfWork,
  clock: Clock,
  logger: Pick<Logger, 'info' | 'error'>,
): UsageRecorder {
  return {
    async record(actor, call) {
      const usage = usageOf(call.model, call.meter);
      const durationMs = Math.max(0, clock().getTime() - call.startedAt.getTime());
      const common = {
        purpose: call.purpose,
        model: call.model.id,
        outcome: call.outcome,
        ...usage,
        durationMs,
      };
      logger.info({ requestId: actor.requestId, role: call.role, ...common }, 'model called');
      const row = {
        id: newId(),
        createdAt: call.startedAt,
        role: call.role,
        estimated: call.meter.total().estimated,
        ...common,
      };
      try {
        await uow.write(actor, (tx) => insertUsage(tx, actor, row));
      } catch (error) {
        logger.error(
          { requestId: actor.requestId, err: error, ...common },
          'usage of a model was not recorded',
        );
      }
    },
  };
}
