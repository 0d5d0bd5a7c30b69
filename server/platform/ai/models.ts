import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider';
import { createOperatorFetch } from '../outbound/index.ts';
import type { AiRole } from './port.ts';
import type { AiSettings } from './settings.ts';

const ANTHROPIC_URL = 'https://api.anthropic.com/v1';
const OPENAI_URL = 'https://api.openai.com/v1';

type Provider = 'anthropic' | 'openai';

/** A model as a role names it. */
export interface ModelRef {
  /** `provider:model`. */
  readonly id: string;
  readonly provider: Provider;
  readonly model: string;
  /** Whether it is called at the provider's own address, where list prices apply. */
  readonly listPrice: boolean;
}

export interface Models {
  ref(role: AiRole): ModelRef | null;
  language(ref: ModelRef): Promise<LanguageModelV4>;
  embedding(ref: ModelRef): Promise<EmbeddingModelV4>;
}

/** Reads the roles and opens providers when they are first called: a server without models does not load them. */
export function createModels(settings: AiSettings): Models {
  const addresses = {
    anthropic: settings.anthropicBaseUrl ?? ANTHROPIC_URL,
    openai: settings.openaiBaseUrl ?? OPENAI_URL,
  };
  const own = {
    anthropic: sameHost(addresses.anthropic, ANTHROPIC_URL),
    openai: sameHost(addresses.openai, OPENAI_URL),
  };
  const send = createOperatorFetch(Object.values(addresses));
  const openai = async () => {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return createOpenAICompatible({
      name: 'openai',
      baseURL: addresses.openai,
      ...(settings.openaiApiKey === undefined ? {} : { apiKey: settings.openaiApiKey }),
      includeUsage: true,
      fetch: send,
      // OpenAI's newer models refuse `max_tokens`; other servers know only that.
      ...(own.openai ? { transformRequestBody: renameTokenLimit } : {}),
    });
  };
  return {
    ref(role) {
      const parsed = parseModel(settings.models[role]);
      return parsed === null ? null : { ...parsed, listPrice: own[parsed.provider] };
    },
    async language(ref) {
      if (ref.provider === 'openai') return (await openai()).languageModel(ref.model);
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      // The package falls back to environment variables for what it is not given: give it everything.
      return createAnthropic({
        baseURL: addresses.anthropic,
        apiKey: settings.anthropicApiKey ?? 'none',
        fetch: send,
      }).languageModel(ref.model);
    },
    async embedding(ref) {
      return (await openai()).embeddingModel(ref.model);
    },
  };
}

function parseModel(value: string | undefined): Omit<ModelRef, 'listPrice'> | null {
  const match = /^(anthropic|openai):(.+)$/.exec(value ?? '');
  const [id, provider, model] = match ?? [];
  if (id === undefined || model === undefined) return null;
  return { id, provider: provider === 'anthropic' ? 'anthropic' : 'openai', model };
}

function sameHost(one: string, other: string): boolean {
  return new URL(one).host === new URL(other).host;
}

function renameTokenLimit({ max_tokens: limit, ...body }: Record<string, unknown>): Record<string, unknown> {
  return limit === undefined ? body : { ...body, max_completion_tokens: limit };
}
