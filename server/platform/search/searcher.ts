import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import type { UnitOfWork } from '../db/port.ts';
import { analyze } from './analysis/analyzer.ts';
import { type AnswerContext, answer, type Ranking } from './answer.ts';
import type { Embedders } from './embedding/embedders.ts';
import { acceptanceOf, maskOf, vectorFilterOf } from './filter.ts';
import type { IndexCache } from './memory/index-cache.ts';
import type { OrganizationIndex } from './memory/organization-index.ts';
import type { SearchAnswer, SearchRequest } from './port.ts';
import { decodeSearchCursor } from './query/cursor.ts';
import { type ParsedQuery, parseQuery } from './query/parse.ts';
import { phraseTest } from './query/phrase.ts';
import { correctTerm } from './query/spelling.ts';
import { type ResolvedQuery, resolveWords } from './query/words.ts';
import { scoreWords } from './ranking/bm25.ts';
import { databaseCosines, memoryCosines } from './ranking/cosine-source.ts';
import { largestRows } from './ranking/fusion.ts';
import { rankHybrid, rankSemantic } from './ranking/latent-ranking.ts';
import { type EmbedderRow, type IndexState, readPassages } from './storage/search-read.repository.ts';

export interface SearcherOptions {
  readonly uow: UnitOfWork;
  readonly cache: IndexCache;
  readonly embedders: Embedders;
  /** Told what a query found of the organization's index. */
  readonly onState: (actor: OrganizationActor, state: IndexState) => void;
  /** Told when the embedding server did not answer a query, which then runs by words alone. */
  readonly onEmbeddingFailure: (error: unknown) => void;
}

const NOTHING: SearchAnswer = {
  hits: [],
  nextCursor: null,
  mode: 'keyword',
  embedder: null,
  correctedTo: null,
};

/** What one search works with, put together once. */
interface Context extends AnswerContext {
  readonly state: IndexState;
  readonly parsed: ParsedQuery;
  readonly resolved: ResolvedQuery;
  readonly mask: (scores: Float32Array) => Float32Array;
}

export async function search(
  options: SearcherOptions,
  actor: Actor,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<SearchAnswer> {
  const after = request.cursor === undefined ? null : decodeSearchCursor(request, request.cursor);
  const { organizationId } = actor;
  if (organizationId === null) return NOTHING;
  const member: OrganizationActor = { ...actor, organizationId };
  const { index, state } = await options.cache.current(member);
  options.onState(member, state);
  const context = contextOf(index, state, member, request);
  const ranking = inOwnLanguage(context, await rank(options, context, signal));
  const found = await answer(options.uow, context, ranking, after);
  if (found.hits.length > 0 || after !== null || context.resolved.unknown.length === 0) return found;
  const corrected = await correct(options, context);
  if (corrected === null) return found;
  const again = contextOf(index, state, member, { ...request, q: corrected });
  return {
    ...(await answer(options.uow, again, inOwnLanguage(again, await rank(options, again, signal)), null)),
    nextCursor: null,
    correctedTo: corrected,
  };
}

function contextOf(
  index: OrganizationIndex,
  state: IndexState,
  actor: OrganizationActor,
  request: SearchRequest,
): Context {
  const parsed = parseQuery(request.q, request.prefix ?? false);
  const resolved = resolveWords(index, parsed.text, parsed.openEnd);
  const excludedPhrases = parsed.excluded.filter((excluded) => /\s/.test(excluded)).map(phraseTest);
  return {
    actor,
    index,
    state,
    request,
    parsed,
    resolved,
    terms: resolved.terms,
    mask: maskOf(index, parsed, acceptanceOf(actor, request)),
    textTests: [
      ...parsed.phrases.map(phraseTest),
      ...excludedPhrases.map((holds) => (text: string) => !holds(text)),
    ],
  };
}

/** Rows that vectors alone may bring in: enough for the pages that people read. */
const DEPTH = 200;

/** Of two documents that say the same, the one in the language of the question is the better answer. */
const LANGUAGE_PREFERENCE = 1.3;

function inOwnLanguage({ index, resolved }: Context, ranking: Ranking): Ranking {
  if (resolved.language === null) return ranking;
  const scores = ranking.scores.map((score, row) =>
    score > 0 && index.passages.languageOf(row) === resolved.language ? score * LANGUAGE_PREFERENCE : score,
  );
  return { ...ranking, scores };
}

async function rank(options: SearcherOptions, context: Context, signal: AbortSignal): Promise<Ranking> {
  const { actor, index, state, request, resolved, mask } = context;
  const { embedder } = state;
  const query =
    request.mode === 'keyword' || embedder === null
      ? null
      : await embedQuery(options, context, embedder, signal);
  if (query === null || embedder === null) {
    return { scores: mask(scoreWords(index, resolved.words)), mode: 'keyword', embedder: null };
  }
  const source =
    index.vectors === null
      ? databaseCosines(options.uow, actor, index, embedder, vectorFilterOf(actor, request))
      : memoryCosines(index);
  const latent = { source, query, mask, depth: DEPTH };
  const scores =
    request.mode === 'semantic'
      ? await rankSemantic(latent)
      : await rankHybrid(index, latent, mask(scoreWords(index, resolved.words)), embedder.weight);
  return { scores, mode: request.mode, embedder: embedder.name };
}

/** Null where the query has nothing that the embedder understands, or an embedding server does not answer. */
async function embedQuery(
  options: SearcherOptions,
  { actor, index, parsed, resolved }: Context,
  embedder: EmbedderRow,
  signal: AbortSignal,
): Promise<Float32Array | null> {
  const terms = new Map(
    resolved.words.flatMap(({ weight, forms }) => forms.map(({ term }) => [term, weight] as const)),
  );
  const text = { text: parsed.text, language: index.mainLanguage, terms };
  try {
    const [vector] = await options.embedders.embed(actor, embedder, [text], signal);
    return vector ?? null;
  } catch (error) {
    if (embedder.kind !== 'external') throw error;
    options.onEmbeddingFailure(error);
    return null;
  }
}

/** Puts words of the vocabulary in the place of those that no passage holds; null where none is near. */
async function correct(
  options: SearcherOptions,
  { actor, index, parsed, resolved, mask }: Context,
): Promise<string | null> {
  let corrected = parsed.text.trim();
  for (const word of resolved.unknown) {
    // Only what the caller may find may be proposed.
    const rowsOf = (term: number) =>
      largestRows(mask(scoreWords(index, [{ weight: 1, forms: [{ term, languages: null }] }])), 20);
    const term = correctTerm(index, word, (number) => rowsOf(number).length);
    const row = term === null ? undefined : rowsOf(index.vocabulary.numberOf(term) ?? 0)[0];
    const document = row === undefined ? undefined : index.documentOfRow(row);
    if (term === null || row === undefined || document === undefined) continue;
    const wanted = [{ key: document.key, ordinal: index.ordinalOfRow(row) }];
    const [passage] = await options.uow.read(actor, (tx) => readPassages(tx, actor.organizationId, wanted));
    const text = [document.title, ...(passage?.headings ?? []), passage?.content ?? ''].join('\n');
    const place = analyze(text, document.analysedAs).find((occurrence) => occurrence.term === term);
    corrected = corrected.replace(
      word,
      place === undefined ? term : text.slice(place.start, place.end).toLowerCase(),
    );
  }
  return corrected === parsed.text.trim() ? null : corrected;
}
