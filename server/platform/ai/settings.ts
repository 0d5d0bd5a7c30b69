import type { AiRole } from './port.ts';

/** The operator's settings for models. Addresses come from here and from nowhere else: no request can name one. */
export interface AiSettings {
  /** `provider:model` for each role; the role is off where it is undefined. Providers: `anthropic`, `openai`. */
  readonly models: Readonly<Record<AiRole, string | undefined>>;
  readonly anthropicApiKey: string | undefined;
  /** Another address of the Anthropic API, with its version path (`https://host/v1`). */
  readonly anthropicBaseUrl: string | undefined;
  /** Any OpenAI-compatible server, with its version path (`http://127.0.0.1:11434/v1`); OpenAI itself when undefined. */
  readonly openaiBaseUrl: string | undefined;
  /** Local servers often want none. */
  readonly openaiApiKey: string | undefined;
  /** The longest silence of a model, before its first token and between tokens, seconds. */
  readonly timeoutSeconds: number;
}

/** Bounds that operators do not need to set; tests make them small. Times in milliseconds. */
export interface AiLimits {
  /** From the first try to the last token, whatever the model is doing. */
  readonly totalMs: number;
  /** Tries of one call, the first one included. */
  readonly attempts: number;
  /** The first wait is random in 0…`backoffMs`, doubling up to `backoffCapMs` (full jitter). */
  readonly backoffMs: number;
  readonly backoffCapMs: number;
  /** A `Retry-After` beyond this is passed on to the caller instead of waited for. */
  readonly longestRetryAfterMs: number;
  /** Output is cut at this many UTF-16 units for each allowed token, for servers that ignore the token limit. */
  readonly charactersPerToken: number;
  readonly embedBatchTexts: number;
  /** Estimated tokens in one embedding request. */
  readonly embedBatchTokens: number;
  readonly embedParallel: number;
}

export const DEFAULT_LIMITS: AiLimits = {
  totalMs: 300_000,
  attempts: 4,
  backoffMs: 500,
  backoffCapMs: 8_000,
  longestRetryAfterMs: 20_000,
  charactersPerToken: 8,
  embedBatchTexts: 96,
  embedBatchTokens: 32_000,
  embedParallel: 4,
};
