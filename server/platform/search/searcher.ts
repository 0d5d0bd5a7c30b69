import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import type { UnitOfWork } from '../db/port.ts';
import { type AnswerContext, answer, type Ranking } from './answer.ts';
import type { Embedders } from './embedding/embedders.ts';
import { acceptanceOf, rowTest, vectorFilterOf } from './filter.ts';
import type { IndexCache } from './memory/index-cache.ts';
import type { OrganizationIndex } from './memory/organization-index.ts';
import type { PassageReads } from './passage-reads.ts';
import type { SearchAnswer, SearchRequest } from './port.ts';
import { decodeSearchCursor } from './query/cursor.ts';
import { type ParsedQuery, parseQuery } from './query/parse.ts';
import { phraseTest } from './query/phrase.ts';
import { nearestForm, nearTerms } from './query/spelling.ts';
import { type ResolvedQuery, resolveWords } from './query/words.ts';
import { scoreWords } from './ranking/bm25.ts';
import { databaseCosines, memoryCosines } from './ranking/cosine-source.ts';
import { largestRows } from './ranking/fusion.ts';
import { rankHybrid, rankSemantic } from './ranking/latent-ranking.ts';
import { positive } from './ranking/row-scores.ts';
import type { EmbedderRow, IndexState } from './storage/search-read.repository.ts';

export interface SearcherOptions {
  readonly uow: UnitOfWork;
  readonly cache: IndexCache;
  readonly embedders: Embedders;
  readonly passages: PassageReads;
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

/** How long a query waits for an embedding server before it runs by words alone; milliseconds. */
const QUERY_EMBEDDING_TIMEOUT = 5_000;
const NEVER = new AbortController().signal;

function withTimeout(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(QUERY_EMBEDDING_TIMEOUT);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** What one search works with, put together once. */
interface Context extends AnswerContext {
  readonly state: IndexState;
  readonly parsed: ParsedQuery;
  readonly resolved: ResolvedQuery;
  /** Whether the caller may find a row and asked for its like. */
  readonly keeps: (row: number) => boolean;
}

export async function search(
  options: SearcherOptions,
  actor: Actor,
  request: SearchRequest,
  signal: AbortSignal | undefined,
): Promise<SearchAnswer> {
  const after = request.cursor === undefined ? null : decodeSearchCursor(request, request.cursor);
  const { organizationId } = actor;
  if (organizationId === null) return NOTHING;
  const member: OrganizationActor = { ...actor, organizationId };
  const { index, state } = await options.cache.current(member);
  options.onState(member, state);
  const context = contextOf(index, state, member, request);
  const ranking = inOwnLanguage(context, await rank(options, context, signal));
  const found = await answer(options.passages, context, ranking, after);
  if (found.hits.length > 0 || after !== null || context.resolved.unknown.length === 0) return found;
  const corrected = await correct(options, context);
  if (corrected === null) return found;
  const again = contextOf(index, state, member, { ...request, q: corrected });
  return {
    ...(await answer(
      options.passages,
      again,
      inOwnLanguage(again, await rank(options, again, signal)),
      null,
    )),
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
    keeps: rowTest(index, parsed, acceptanceOf(actor, request)),
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
  const { rows, scores } = ranking.found;
  const preferred = scores.map((score, place) =>
    index.passages.languageOf(rows[place] as number) === resolved.language
      ? score * LANGUAGE_PREFERENCE
      : score,
  );
  return { ...ranking, found: { rows, scores: preferred } };
}

async function rank(
  options: SearcherOptions,
  context: Context,
  signal: AbortSignal | undefined,
): Promise<Ranking> {
  const { actor, index, state, request, resolved, keeps } = context;
  const { embedder } = state;
  const query =
    request.mode === 'keyword' || embedder === null
      ? null
      : await embedQuery(options, context, embedder, signal);
  if (query === null || embedder === null) {
    const found = positive(scoreWords(index, resolved.words), keeps);
    return { found, mode: 'keyword', embedder: null };
  }
  const source =
    index.vectors === null
      ? databaseCosines(options.uow, actor, index, embedder, vectorFilterOf(actor, request))
      : memoryCosines(index);
  const latent = { source, query, keeps, depth: DEPTH };
  const found =
    request.mode === 'semantic'
      ? await rankSemantic(latent)
      : await rankHybrid(index, {
          ...latent,
          words: positive(scoreWords(index, resolved.words), keeps),
          weight: embedder.weight,
          wordsLead: embedder.kind !== 'external',
        });
  return { found, mode: request.mode, embedder: embedder.name };
}

/** Null where the query has nothing that the embedder understands, or an embedding server does not answer. */
async function embedQuery(
  options: SearcherOptions,
  { actor, index, parsed, resolved }: Context,
  embedder: EmbedderRow,
  signal: AbortSignal | undefined,
): Promise<Float32Array | null> {
  const terms = new Map(
    resolved.words.flatMap(({ weight, forms }) => forms.map(({ term }) => [term, weight] as const)),
  );
  const text = { text: parsed.text, language: index.mainLanguage, terms };
  try {
    // The built-in embedders take less time than a timer.
    const until = embedder.kind === 'external' ? withTimeout(signal) : (signal ?? NEVER);
    const [vector] = await options.embedders.embed(actor, embedder, [text], until);
    return vector ?? null;
  } catch (error) {
    if (embedder.kind !== 'external') throw error;
    options.onEmbeddingFailure(error);
    return null;
  }
}

/** Passages in which the forms of a term are looked up: different inflections stand in different ones. */
const PASSAGES_A_TERM = 5;

/** Words of a query that are corrected: each costs a look at the whole vocabulary. */
const MAX_CORRECTED = 5;

/** Puts words of the library in the place of those that no passage holds; null where none is near. */
async function correct(options: SearcherOptions, context: Context): Promise<string | null> {
  const typed = context.parsed.text.trim();
  let corrected = typed;
  for (const word of context.resolved.unknown.slice(0, MAX_CORRECTED)) {
    const form = await correctWord(options, context, word);
    if (form !== null) corrected = corrected.replace(word, () => form);
  }
  return corrected === typed ? null : corrected;
}

async function correctWord(
  options: SearcherOptions,
  { actor, index, keeps }: Context,
  word: string,
): Promise<string | null> {
  // Only what the caller may find may be proposed.
  const rowsOf = (term: number) =>
    largestRows(scoreWords(index, [{ weight: 1, forms: [{ term, languages: null }] }]), 20, keeps);
  const near = nearTerms(index, word, (term) => rowsOf(term).length).flatMap((candidate) =>
    rowsOf(index.vocabulary.numberOf(candidate.term) ?? 0)
      .slice(0, PASSAGES_A_TERM)
      .flatMap((row) => {
        const document = index.documentOfRow(row);
        return document === undefined ? [] : [{ ...candidate, document, ordinal: index.ordinalOfRow(row) }];
      }),
  );
  if (near.length === 0) return null;
  const wanted = near.map(({ document, ordinal }) => ({ key: document.key, ordinal }));
  const passages = await options.passages.read(actor, wanted);
  const proposals = near.map(({ term, distance, frequency, document }, place) => {
    const passage = passages[place];
    const text = [document.title, ...(passage?.headings ?? []), passage?.content ?? ''].join('\n');
    const nearest = nearestForm(word, term, text, document.analysedAs);
    const edits = Math.min(distance, nearest?.distance ?? Infinity);
    return { form: nearest?.form ?? term, edits, frequency };
  });
  const [best] = proposals
    .filter(({ edits }) => edits < Infinity)
    .sort((a, b) => a.edits - b.edits || b.frequency - a.frequency);
  return best?.form ?? null;
}
