import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { UnitOfWork } from '../db/port.ts';
import type { Logger } from '../logging/index.ts';
import { type CallContext, streamChat } from './chat.ts';
import { createEmbeddingModel } from './embedding.ts';
import { aiNotConfigured } from './errors.ts';
import { createModels } from './models.ts';
import type { AiGateway } from './port.ts';
import { type AiLimits, type AiSettings, DEFAULT_LIMITS } from './settings.ts';
import { createUsageRecorder } from './usage.ts';

export interface AiGatewayOptions {
  readonly settings: AiSettings;
  readonly uow: UnitOfWork;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly clock?: Clock;
  readonly limits?: Partial<AiLimits>;
  /** In [0, 1), for the jitter of retries. */
  readonly random?: () => number;
}

/** The one door to models. It opens no connection before the first call. */
export function createAiGateway(options: AiGatewayOptions): AiGateway {
  const clock = options.clock ?? systemClock;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const context: CallContext = {
    models: createModels(options.settings),
    limits,
    silenceMs: options.settings.timeoutSeconds * 1000,
    usage: createUsageRecorder(options.uow, clock, options.logger),
    clock,
    random: options.random ?? Math.random,
    logger: options.logger,
  };
  const embedRef = context.models.ref('embed');
  const embedding = embedRef?.provider === 'openai' ? createEmbeddingModel(context, embedRef) : null;
  return {
    modelFor: (role) => context.models.ref(role)?.id ?? null,
    chat(actor, request) {
      const model = context.models.ref(request.role);
      if (model === null) throw aiNotConfigured(request.role);
      return streamChat(context, model, actor, request);
    },
    embedding: () => embedding,
  };
}
