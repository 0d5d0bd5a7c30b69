import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import type { UnitOfWork } from '../db/port.ts';
import { languageOf } from './analysis/languages.ts';
import { labelsOf } from './audience.ts';
import type { IndexCache } from './memory/index-cache.ts';
import type { IndexedDocument, OrganizationIndex } from './memory/organization-index.ts';
import type { SearchAnswer, SearchHit, SearchMode, SearchRequest } from './port.ts';
import { decodeSearchCursor, encodeSearchCursor } from './query/cursor.ts';
import { type ParsedQuery, parseQuery } from './query/parse.ts';
import { phraseTest } from './query/phrase.ts';
import { makeSnippet } from './query/snippet.ts';
import { type ResolvedQuery, resolveWords } from './query/words.ts';
import { bm25, rowsOfDocumentsWithAny, rowsWithAll } from './ranking/bm25.ts';
import { bestRows, type RankedRow, type RankPosition } from './ranking/page.ts';
import { type PassageText, readPassages } from './storage/search-read.repository.ts';

export interface SearcherOptions {
  readonly uow: UnitOfWork;
  readonly cache: IndexCache;
}

const NOTHING: SearchAnswer = {
  hits: [],
  nextCursor: null,
  mode: 'keyword',
  embedder: null,
  correctedTo: null,
};

/** What one search works with, put together once. */
interface Context {
  readonly actor: OrganizationActor;
  readonly index: OrganizationIndex;
  readonly request: SearchRequest;
  readonly parsed: ParsedQuery;
  readonly resolved: ResolvedQuery;
  readonly accepts: (document: IndexedDocument) => boolean;
  /** Tests that a passage's text must pass. */
  readonly textTests: readonly ((text: string) => boolean)[];
}

export async function search(
  options: SearcherOptions,
  actor: Actor,
  request: SearchRequest,
): Promise<SearchAnswer> {
  const after = request.cursor === undefined ? null : decodeSearchCursor(request, request.cursor);
  const { organizationId } = actor;
  if (organizationId === null) return NOTHING;
  const member: OrganizationActor = { ...actor, organizationId };
  const { index } = await options.cache.current(member);
  const context = contextOf(index, member, request);
  const scores = restrict(context, bm25(index, context.resolved.words));
  return await answer(options, context, scores, after, { mode: 'keyword', embedder: null });
}

function contextOf(index: OrganizationIndex, actor: OrganizationActor, request: SearchRequest): Context {
  const parsed = parseQuery(request.q, request.prefix ?? false);
  const excludedPhrases = parsed.excluded.filter((excluded) => /\s/.test(excluded)).map(phraseTest);
  return {
    actor,
    index,
    request,
    parsed,
    resolved: resolveWords(index, parsed.text, parsed.openEnd),
    accepts: filterOf(actor, request),
    textTests: [
      ...parsed.phrases.map(phraseTest),
      ...excludedPhrases.map((holds) => (text: string) => !holds(text)),
    ],
  };
}

function filterOf(actor: Actor, request: SearchRequest): (document: IndexedDocument) => boolean {
  const labels = labelsOf(actor);
  const types = request.types === undefined ? null : new Set(request.types);
  const language = request.language === undefined ? null : languageOf(request.language).code;
  return (document) =>
    document.audience.some((label) => labels.has(label)) &&
    (types === null || types.has(document.type)) &&
    (request.collectionId === undefined || document.collectionId === request.collectionId) &&
    (language === null || languageOf(document.language).code === language);
}

/** Leaves no score to rows that lack a phrase's words, and to documents with an excluded word. */
function restrict(context: Context, scores: Float32Array): Float32Array {
  const { index, parsed } = context;
  for (const phrase of parsed.phrases) {
    const held = rowsWithAll(index, resolveWords(index, phrase, false).words);
    for (let row = 0; row < scores.length; row++) if (held[row] === 0) scores[row] = 0;
  }
  for (const word of parsed.excluded.filter((excluded) => !/\s/.test(excluded))) {
    const held = rowsOfDocumentsWithAny(index, resolveWords(index, word, false).words);
    for (let row = 0; row < scores.length; row++) if (held[row] === 1) scores[row] = 0;
  }
  return scores;
}

/** Rows that are read at once when their text must be looked at, and how many of them a page may cost. */
const TESTED_AT_ONCE = 200;
const TESTED_AT_MOST = 4_000;

async function answer(
  options: SearcherOptions,
  context: Context,
  scores: Float32Array,
  after: RankPosition | null,
  ran: { readonly mode: SearchMode; readonly embedder: string | null },
): Promise<SearchAnswer> {
  const { actor, request } = context;
  const wanted = request.limit + 1;
  const { ranked, texts } = await options.uow.read(actor, async (tx) => {
    const read = (rows: readonly RankedRow[]) => readPassages(tx, actor.organizationId, rows);
    return context.textTests.length === 0
      ? await plainPage(context, scores, after, wanted, read)
      : await testedPage(context, scores, after, wanted, read);
  });
  const page = ranked.slice(0, request.limit);
  const last = page.at(-1);
  return {
    hits: page.flatMap((row) => hitOf(context, row, texts.get(nameOf(row)))),
    nextCursor:
      ranked.length > request.limit && last !== undefined ? encodeSearchCursor(request, last) : null,
    ...ran,
    correctedTo: null,
  };
}

type Read = (rows: readonly RankedRow[]) => Promise<readonly PassageText[]>;
interface FoundPage {
  readonly ranked: readonly RankedRow[];
  readonly texts: ReadonlyMap<string, PassageText>;
}

const nameOf = (row: { readonly key: number; readonly ordinal: number }) => `${row.key}/${row.ordinal}`;

async function plainPage(
  context: Context,
  scores: Float32Array,
  after: RankPosition | null,
  limit: number,
  read: Read,
): Promise<FoundPage> {
  const { index, request, accepts } = context;
  const ranked = bestRows(index, scores, { accepts, grouped: request.expand !== 'passages', after, limit });
  const texts = await read(ranked.slice(0, request.limit));
  return { ranked, texts: new Map(texts.map((text) => [nameOf(text), text])) };
}

/** Takes rows in their order, passage by passage, and keeps those whose text passes, until the page is full. */
async function testedPage(
  context: Context,
  scores: Float32Array,
  after: RankPosition | null,
  limit: number,
  read: Read,
): Promise<FoundPage> {
  const { index, request, accepts, textTests } = context;
  const ranked: RankedRow[] = [];
  const texts = new Map<string, PassageText>();
  const documents = new Set<number>();
  let from = after;
  for (let tested = 0; tested < TESTED_AT_MOST && ranked.length < limit; tested += TESTED_AT_ONCE) {
    const rows = bestRows(index, scores, { accepts, grouped: false, after: from, limit: TESTED_AT_ONCE });
    const read_ = new Map((await read(rows)).map((text) => [nameOf(text), text]));
    for (const row of rows) {
      const text = read_.get(nameOf(row));
      const repeated = request.expand !== 'passages' && documents.has(row.key);
      if (
        text === undefined ||
        repeated ||
        ranked.length === limit ||
        !textTests.every((passes) => passes(text.content))
      )
        continue;
      documents.add(row.key);
      ranked.push(row);
      texts.set(nameOf(row), text);
    }
    from = rows.at(-1) ?? null;
    if (rows.length < TESTED_AT_ONCE) break;
  }
  return { ranked, texts };
}

function hitOf(context: Context, ranked: RankedRow, text: PassageText | undefined): SearchHit[] {
  const document = context.index.documentOfRow(ranked.row);
  if (document === undefined || text === undefined) return [];
  const { type, id, version, title, language, collectionId } = document;
  const { content, ordinal, start, end, page, headings } = text;
  return [
    {
      ...{ type, id, version, title, language, collectionId },
      passage: { ordinal, text: content, start, end, page, headings },
      ...makeSnippet(content, document.analysedAs, context.resolved.terms),
      score: ranked.score,
    },
  ];
}
