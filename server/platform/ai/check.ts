import { systemActor } from '../../kernel/actor.ts';
import { systemClock } from '../../kernel/clock.ts';
import { isAppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { type CallContext, streamChat } from './chat.ts';
import { checkPromptV1 } from './check.prompts.ts';
import { createEmbeddingModel } from './embedding.ts';
import { createModels, type ModelRef } from './models.ts';
import type { AiRole } from './port.ts';
import { type AiSettings, DEFAULT_LIMITS } from './settings.ts';

export interface ModelCheck {
  readonly role: AiRole;
  /** `provider:model`. */
  readonly model: string;
  readonly ok: boolean;
  /** What went wrong, or what was found. */
  readonly message: string;
}

const CHAT_ROLES = ['chat', 'fast', 'judge'] as const;
const MOST_TOKENS = 16;

/**
 * Calls the model of each configured role that the product calls, once and cheaply: a word, or the vector of a word. The
 * calls belong to no organization and are recorded nowhere. Never rejects for what a server does.
 */
export async function checkModels(settings: AiSettings, timeoutMs: number): Promise<readonly ModelCheck[]> {
  const limits = { ...DEFAULT_LIMITS, attempts: 1, totalMs: timeoutMs };
  const context: CallContext = {
    models: createModels(settings),
    limits,
    silenceMs: timeoutMs,
    usage: { record: async () => undefined },
    clock: systemClock,
    random: Math.random,
    logger: { warn: () => undefined },
  };
  const actor = systemActor(newId(), 'doctor');
  const { signal } = new AbortController();
  const checks = CHAT_ROLES.map((role) =>
    check(context, role, async (model) => {
      const request = { role, ...checkPromptV1(), maxOutputTokens: MOST_TOKENS, signal, purpose: 'check' };
      for await (const event of streamChat(context, model, actor, request))
        if (event.kind === 'finish') return 'answers';
      return 'answers';
    }),
  );
  const embedding = check(context, 'embed', async (model) => {
    const [vector] = await createEmbeddingModel(context, model).embed(['yes'], actor, signal);
    return `gives vectors of ${vector?.length ?? 0} dimensions`;
  });
  return (await Promise.all([...checks, embedding])).filter((result) => result !== null);
}

async function check(
  context: CallContext,
  role: AiRole,
  call: (model: ModelRef) => Promise<string>,
): Promise<ModelCheck | null> {
  const model = context.models.ref(role);
  if (model === null) return null;
  try {
    return { role, model: model.id, ok: true, message: await call(model) };
  } catch (error) {
    return {
      role,
      model: model.id,
      ok: false,
      message: describe(error),
    };
  }
}

/** For an operator: also what lies behind it. */
function describe(error: unknown): string {
  if (!isAppError(error)) return String(error);
  return error.cause instanceof Error ? `${error.safeMessage} (${error.cause.message})` : error.safeMessage;
}
