/** US dollars for a million tokens, which is the same number as micro-dollars for one token. */
interface Price {
  readonly input: number;
  readonly output: number;
}

/**
 * List prices without discounts; cached input counts in full, so a cost is never understated.
 * Anthropic: platform.claude.com/docs/en/about-claude/pricing, read 2026-11-20.
 * OpenAI: platform.openai.com/docs/pricing, as quoted by published price lists of 2026-06-21.
 */
const PRICES: Readonly<Record<string, Price>> = {
  'anthropic:claude-opus-5-5': { input: 4, output: 20 },
  'anthropic:claude-opus-5': { input: 5, output: 25 },
  'anthropic:claude-opus-4-8': { input: 5, output: 25 },
  'anthropic:claude-opus-4-7': { input: 5, output: 25 },
  'anthropic:claude-opus-4-6': { input: 5, output: 25 },
  'anthropic:claude-opus-4-5': { input: 5, output: 25 },
  'anthropic:claude-sonnet-5-5': { input: 2, output: 10 },
  'anthropic:claude-sonnet-4-6': { input: 3, output: 15 },
  'anthropic:claude-sonnet-4-5': { input: 3, output: 15 },
  'anthropic:claude-haiku-4-5': { input: 1, output: 5 },
  'openai:gpt-4.1': { input: 2, output: 8 },
  'openai:gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'openai:gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'openai:gpt-4o': { input: 2.5, output: 10 },
  'openai:gpt-4o-mini': { input: 0.15, output: 0.6 },
  'openai:text-embedding-3-small': { input: 0.02, output: 0 },
  'openai:text-embedding-3-large': { input: 0.13, output: 0 },
};

export const PRICE_CURRENCY = 'USD';

const SNAPSHOT = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/**
 * Micro-dollars for a call, rounded up; null where no price is known.
 * @param model `provider:model`, with or without the date of its snapshot
 */
export function costMicros(model: string, inputTokens: number, outputTokens: number): number | null {
  const price = PRICES[model] ?? PRICES[model.replace(SNAPSHOT, '')];
  return price === undefined ? null : Math.ceil(inputTokens * price.input + outputTokens * price.output);
}
