import type { Actor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AiGateway } from '../../platform/ai/index.ts';
import type { SearchIndex } from '../../platform/search/port.ts';
import { answerByExtract, answerByModel, type Ending } from './ask.answerers.ts';
import { selectContext } from './ask.context.ts';
import { createDraft, type Draft } from './ask.grounding.ts';
import { nothingFoundSentence, REFUSED_SENTENCE } from './ask.nothing.ts';
import { mustBeAllowedToAsk } from './ask.policy.ts';
import { type Retrieved, retrieve, toQuery } from './ask.retrieval.ts';
import type { AnswerView, AskBody, AskEvent } from './ask.schemas.ts';
import type { QuoteSources } from './ask.verify.ts';

export interface AskDependencies {
  readonly search: Pick<SearchIndex, 'search'>;
  readonly ai: AiGateway;
  readonly quoteSources: QuoteSources;
}

export interface AskApi {
  /** Throws `ask.forbidden`, `ask.empty_question`, and `ai.*` where a model is set and fails. */
  ask(actor: Actor, body: AskBody, signal: AbortSignal): Promise<AnswerView>;
  /** The same as it comes: `start`, then `delta` and `citation`, then `usage` and `done` with the whole. */
  stream(actor: Actor, body: AskBody, signal: AbortSignal): AsyncGenerator<AskEvent>;
}

/** The built-in answerer's name in `provider`. */
const EXTRACTIVE = 'extractive';

export function createAskService(deps: AskDependencies): AskApi {
  const stream: AskApi['stream'] = (actor, body, signal) => streamAnswer(deps, actor, body, signal);
  return {
    stream,
    async ask(actor, body, signal) {
      for await (const event of stream(actor, body, signal)) {
        if (event.event === 'done') return event.data;
      }
      throw new Error('an answer ended without its last event');
    },
  };
}

async function* streamAnswer(
  deps: AskDependencies,
  asking: Actor,
  body: AskBody,
  signal: AbortSignal,
): AsyncGenerator<AskEvent> {
  const actor = mustBeAllowedToAsk(asking);
  if (toQuery(body.question) === '') throw emptyQuestion();
  const scope = { collectionId: body.collectionId, types: body.types };
  const retrieved = await retrieve(deps.search, actor, body.question, scope, signal);
  const model = deps.ai.modelFor('chat');
  const trained = retrieved.embedder !== null && retrieved.embedder === deps.ai.modelFor('embed');
  const passages = model === null ? [] : selectContext(retrieved, trained);
  // Without a passage to show it, the model is not called, and then it is not the model that speaks.
  const provider = model !== null && passages.length > 0 ? model : EXTRACTIVE;
  yield { event: 'start', data: { provider } };

  const draft = createDraft();
  let ending: Ending = { outcome: 'nothing_found', usage: null };
  if (provider !== EXTRACTIVE) ending = yield* answerByModel(deps, actor, retrieved, passages, draft, signal);
  else if (model === null) ending = yield* answerByExtract(deps.quoteSources, actor, retrieved, draft);
  yield* finish(draft, ending, provider, retrieved);
}

function* finish(draft: Draft, ending: Ending, provider: string, retrieved: Retrieved): Generator<AskEvent> {
  const { language, text: question } = retrieved.question;
  const silence = ending.outcome === 'refused' ? REFUSED_SENTENCE : nothingFoundSentence(language);
  if (draft.text() === '' && ending.outcome !== 'truncated') {
    draft.addText(silence);
    yield { event: 'delta', data: { text: silence } };
  }
  if (ending.usage !== null) yield { event: 'usage', data: ending.usage };
  const sentences = draft.sentences(language, question);
  yield {
    event: 'done',
    data: {
      answer: draft.text(),
      sentences,
      citations: draft.citations(),
      provider,
      grounded: sentences.length > 0 && sentences.every((sentence) => sentence.supported),
      outcome: ending.outcome,
      usage: ending.usage,
    },
  };
}

function emptyQuestion(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'ask.empty_question',
    safeMessage: 'The question has no words.',
    errors: [{ path: '/question', message: 'has no words' }],
  });
}
