import { randomBytes } from 'node:crypto';
import type { OrganizationActor } from '../../kernel/actor.ts';
import type { AiGateway, ChatEvent } from '../../platform/ai/index.ts';
import type { SearchHit } from '../../platform/search/port.ts';
import { extractAnswer } from './ask.extractive.ts';
import type { Draft } from './ask.grounding.ts';
import { createMarkerParser, type Piece } from './ask.markers.ts';
import { askPromptV1, NOTHING_FOUND } from './ask.prompts.ts';
import { createQuoteFinder } from './ask.quotes.ts';
import type { Retrieved } from './ask.retrieval.ts';
import type { AskEvent, Outcome, Usage } from './ask.schemas.ts';
import { type Place, type QuoteSources, verifyQuotes } from './ask.verify.ts';

const MOST_OUTPUT_TOKENS = 1_000;

/** How an answerer ended. */
export interface Ending {
  readonly outcome: Outcome;
  readonly usage: Usage | null;
}

type Answering = AsyncGenerator<AskEvent, Ending>;

/** Quotes the best sentences; needs no model and says nothing that is not in the library. */
export async function* answerByExtract(
  sources: QuoteSources,
  actor: OrganizationActor,
  retrieved: Retrieved,
  draft: Draft,
): Answering {
  const extracts = extractAnswer(retrieved);
  const citations = await verifyQuotes(sources, actor, extracts);
  for (const [index, citation] of citations.entries()) {
    if (citation === null) continue;
    const sentence = asSentence(citation.quote);
    yield* say(draft, draft.text() === '' ? sentence : ` ${sentence}`);
    yield* cite(draft, citation, extracts[index]?.hit.passage.text ?? '');
    draft.endSentence();
  }
  return { outcome: draft.text() === '' ? 'nothing_found' : 'answered', usage: null };
}

/** A list item or a row gets the stop that makes it a sentence beside others. */
function asSentence(quote: string): string {
  const flat = quote.replace(/\s+/gu, ' ').trim();
  return /[.!?。！？…]["'”’»)\]」』]*$/u.test(flat) ? flat : `${flat.replace(/[;,:]$/u, '')}.`;
}

/** Lets a model write the answer and checks each quote before it is sent. */
export async function* answerByModel(
  deps: { readonly ai: AiGateway; readonly quoteSources: QuoteSources },
  actor: OrganizationActor,
  retrieved: Retrieved,
  passages: readonly SearchHit[],
  draft: Draft,
  signal: AbortSignal,
): Answering {
  const prompt = askPromptV1(retrieved.question.text, passages, randomBytes(12).toString('base64url'));
  const stream = deps.ai.chat(actor, {
    ...prompt,
    role: 'chat',
    maxOutputTokens: MOST_OUTPUT_TOKENS,
    signal,
    purpose: 'ask',
  });
  const placeOf = createPlaceFinder(passages);
  const parser = createMarkerParser();
  const opening = createOpening();
  let finish: Extract<ChatEvent, { kind: 'finish' }> | null = null;
  for await (const event of stream) {
    if (event.kind === 'finish') finish = event;
    else yield* handle(parser.push(opening.push(event.text)));
  }
  yield* handle(parser.push(opening.end()));
  yield* handle(parser.end());
  const said = draft.text() !== '';
  const outcome =
    finish === null || finish.reason === 'completed' ? (said ? 'answered' : 'nothing_found') : finish.reason;
  return { outcome, usage: finish?.usage ?? null };

  async function* handle(pieces: readonly Piece[]): AsyncGenerator<AskEvent> {
    for (const piece of pieces) {
      if (piece.kind === 'text') yield* say(draft, piece.text);
      else yield* citeQuote(piece);
    }
  }

  async function* citeQuote(piece: Extract<Piece, { kind: 'quote' }>): AsyncGenerator<AskEvent> {
    const place = placeOf(piece);
    if (place === null) return;
    const [citation] = await verifyQuotes(deps.quoteSources, actor, [place]);
    if (citation) yield* cite(draft, citation, place.hit.passage.text);
  }
}

/** Looks a quote up in the passage that the model names, or else in the others, for models miscount. */
function createPlaceFinder(
  passages: readonly SearchHit[],
): (piece: Extract<Piece, { kind: 'quote' }>) => Place | null {
  const finders = passages.map((hit) => ({ hit, find: createQuoteFinder(hit.passage.text) }));
  return (piece) => {
    const named = finders[piece.passage - 1];
    for (const { hit, find } of named === undefined ? finders : [named, ...finders]) {
      const range = find(piece.quote);
      if (range !== null) return { hit, range };
    }
    return null;
  };
}

/** Holds the first words back until it is sure whether they are the mark of "nothing found"; then drops the mark and what follows. */
function createOpening(): { push(text: string): string; end(): string } {
  let held: string | null = '';
  let nothing = false;
  return {
    push(text) {
      if (nothing) return '';
      if (held === null) return text;
      held += text;
      const begun = held.trimStart();
      nothing = begun.startsWith(NOTHING_FOUND);
      if (nothing || NOTHING_FOUND.startsWith(begun)) return '';
      const certain = held;
      held = null;
      return certain;
    },
    end: () => (nothing ? '' : (held ?? '')),
  };
}

function* say(draft: Draft, text: string): Generator<AskEvent> {
  draft.addText(text);
  yield { event: 'delta', data: { text } };
}

function* cite(draft: Draft, citation: Parameters<Draft['cite']>[0], passage: string): Generator<AskEvent> {
  const index = draft.cite(citation, passage);
  if (index !== null) yield { event: 'citation', data: { index, at: draft.text().length, citation } };
}
