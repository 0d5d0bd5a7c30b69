import type { OrganizationActor } from '../../kernel/actor.ts';
import type { UnitOfWork } from '../db/port.ts';
import type { OrganizationIndex } from './memory/organization-index.ts';
import type { SearchAnswer, SearchHit, SearchMode, SearchRequest } from './port.ts';
import { encodeSearchCursor } from './query/cursor.ts';
import { makeSnippet } from './query/snippet.ts';
import { bestRows, type RankedRow, type RankPosition } from './ranking/page.ts';
import type { RowScores } from './ranking/row-scores.ts';
import { type PassageText, readPassages } from './storage/search-read.repository.ts';

/** What a page of hits is made from. */
export interface AnswerContext {
  readonly actor: OrganizationActor;
  readonly index: OrganizationIndex;
  readonly request: SearchRequest;
  /** Terms to highlight. */
  readonly terms: ReadonlySet<string>;
  /** Tests that a passage's text must pass. */
  readonly textTests: readonly ((text: string) => boolean)[];
}

export interface Ranking {
  readonly found: RowScores;
  readonly mode: SearchMode;
  readonly embedder: string | null;
}

/** Rows that are read at once when their text must be looked at, and how many of them a page may cost. */
const TESTED_AT_ONCE = 200;
const TESTED_AT_MOST = 4_000;

/** Reads the texts of the best rows and shapes them as hits. */
export async function answer(
  uow: UnitOfWork,
  context: AnswerContext,
  { found, ...ran }: Ranking,
  after: RankPosition | null,
): Promise<SearchAnswer> {
  const { actor, request } = context;
  const wanted = request.limit + 1;
  const { ranked, texts } = await uow.read(actor, async (tx) => {
    const read = (rows: readonly RankedRow[]) => readPassages(tx, actor.organizationId, rows);
    return context.textTests.length === 0
      ? await plainPage(context, found, after, wanted, read)
      : await testedPage(context, found, after, wanted, read);
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
  context: AnswerContext,
  found: RowScores,
  after: RankPosition | null,
  limit: number,
  read: Read,
): Promise<FoundPage> {
  const { index, request } = context;
  const ranked = bestRows(index, found, { grouped: request.expand !== 'passages', after, limit });
  const texts = await read(ranked.slice(0, request.limit));
  return { ranked, texts: new Map(texts.map((text) => [nameOf(text), text])) };
}

/** Takes rows in their order, passage by passage, and keeps those whose text passes, until the page is full. */
async function testedPage(
  context: AnswerContext,
  found: RowScores,
  after: RankPosition | null,
  limit: number,
  read: Read,
): Promise<FoundPage> {
  const { index, request, textTests } = context;
  const ranked: RankedRow[] = [];
  const texts = new Map<string, PassageText>();
  const documents = new Set<number>();
  let from = after;
  for (let tested = 0; tested < TESTED_AT_MOST && ranked.length < limit; tested += TESTED_AT_ONCE) {
    const rows = bestRows(index, found, { grouped: false, after: from, limit: TESTED_AT_ONCE });
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

function hitOf(context: AnswerContext, ranked: RankedRow, text: PassageText | undefined): SearchHit[] {
  const document = context.index.documentOfRow(ranked.row);
  if (document === undefined || text === undefined) return [];
  const { type, id, version, title, language, collectionId } = document;
  const { content, ordinal, start, end, page, headings } = text;
  return [
    {
      ...{ type, id, version, title, language, collectionId },
      passage: { ordinal, text: content, start, end, page, headings },
      ...makeSnippet(content, document.analysedAs, context.terms),
      score: ranked.score,
    },
  ];
}
