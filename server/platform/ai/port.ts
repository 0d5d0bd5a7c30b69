import type { OrganizationActor } from '../../kernel/actor.ts';

/** A model is chosen per role, by setting: `AI_CHAT=anthropic:<model>`, `AI_EMBED=openai:<model>`, … */
export type AiRole = 'chat' | 'fast' | 'judge' | 'embed' | 'image' | 'rerank';

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly role: 'chat' | 'fast' | 'judge';
  readonly system: string;
  readonly messages: readonly ChatMessage[];
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  /** Aborting it closes the connection to the model. */
  readonly signal: AbortSignal;
  /** What the call is for, as it appears in usage records: `ask`, later `chat`, `translation`, … */
  readonly purpose: string;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Micro-units of `currency`; null where no price is known. */
  readonly costMicros: number | null;
  readonly currency: string;
}

/** `completed`: the model ended by itself. `truncated`: it hit the output limit. `refused`: it declined. */
export type FinishReason = 'completed' | 'truncated' | 'refused';

export type ChatEvent =
  | { readonly kind: 'delta'; readonly text: string }
  | {
      readonly kind: 'finish';
      readonly reason: FinishReason;
      readonly usage: TokenUsage;
      readonly model: string;
    };

export interface EmbeddingModel {
  /** `provider:model`. */
  readonly id: string;
  /** Unit-length vectors, one for each text, in order. Batches and retries inside. */
  embed(
    texts: readonly string[],
    actor: OrganizationActor,
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
}

export interface AiGateway {
  /** `provider:model` for the role, or null where none is configured. */
  modelFor(role: AiRole): string | null;
  /**
   * Streams a completion; the last event is `finish`. Records tokens and cost for the actor's organization, also when
   * the stream breaks. Throws `ai.not_configured`, `ai.timeout`, `ai.rate_limited`, `ai.unavailable`, `ai.malformed_output`.
   */
  chat(actor: OrganizationActor, request: ChatRequest): AsyncIterable<ChatEvent>;
  /** The configured embedding server, or null. */
  embedding(): EmbeddingModel | null;
}
