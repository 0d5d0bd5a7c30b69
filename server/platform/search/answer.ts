import type { OrganizationActor } from '../../kernel/actor.ts';
import type { OrganizationIndex } from './memory/organization-index.ts';
import type { PassageReads } from './passage-reads.ts';
import type { SearchAnswer, SearchHit, SearchMode, SearchRequest } from './port.ts';
import { encodeSearchCursor } from './query/cursor.ts';
import { makeSnippet } from './query/snippet.ts';
import { bestRows, type RankedRow, type RankPosition } from './ranking/page.ts';
import type { RowScores } from './ranking/row-scores.ts';
import type { PassageText } from './storage/search-read.repository.ts';

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
  passages: PassageReads,
  context: AnswerContext,
  { found, ...ran }: Ranking,
  after: RankPosition | null,
): Promise<SearchAnswer> {
  const { actor, request } = context;
  const wanted = request.limit + 1;
  const read = (rows: readonly RankedRow[]) => passages.read(actor, rows);
  const ranked =
    context.textTests.length === 0
      ? await plainPage(context, found, after, wanted, read)
      : await testedPage(context, found, after, wanted, read);
  const page = ranked.slice(0, request.limit);
  const last = page.at(-1);
  return {
    hits: page.flatMap((row) => hitOf(context, row)),
    nextCursor:
      ranked.length > request.limit && last !== undefined ? encodeSearchCursor(request, last) : null,
    ...ran,
    correctedTo: null,
  };
}

type Read = (rows: readonly RankedRow[]) => Promise<readonly (PassageText | undefined)[]>;

/** A row of the page with its text, where the page shows it. */
interface FoundRow extends RankedRow {
  readonly text: PassageText | undefined;
}

async function plainPage(
  { index, request }: AnswerContext,
  found: RowScores,
  after: RankPosition | null,
  limit: number,
  read: Read,
): Promise<readonly FoundRow[]> {
  const ranked = bestRows(index, found, { grouped: request.expand !== 'passages', after, limit });
  const texts = await read(ranked.slice(0, request.limit));
  return ranked.map((row, place) => ({ ...row, text: texts[place] }));
}

/** Takes rows in their order, passage by passage, and keeps those whose text passes, until the page is full. */
async function testedPage(
  { index, request, textTests }: AnswerContext,
  found: RowScores,
  after: RankPosition | null,
  limit: number,
  read: Read,
): Promise<readonly FoundRow[]> {
  const page: FoundRow[] = [];
  const documents = new Set<number>();
  let from = after;
  for (let tested = 0; tested < TESTED_AT_MOST && page.length < limit; tested += TESTED_AT_ONCE) {
    const rows = bestRows(index, found, { grouped: false, after: from, limit: TESTED_AT_ONCE });
    const texts = await read(rows);
    for (const [place, row] of rows.entries()) {
      const text = texts[place];
      const repeated = request.expand !== 'passages' && documents.has(row.key);
      if (
        text === undefined ||
        repeated ||
        page.length === limit ||
        !textTests.every((passes) => passes(text.content))
      )
        continue;
      documents.add(row.key);
      page.push({ ...row, text });
    }
    from = rows.at(-1) ?? null;
    if (rows.length < TESTED_AT_ONCE) break;
  }
  return page;
}

function hitOf(context: AnswerContext, { row, score, text }: FoundRow): SearchHit[] {
  const document = context.index.documentOfRow(row);
  if (document === undefined || text === undefined) return [];
  const { type, id, version, title, language, collectionId } = document;
  const { content, ordinal, start, end, page, headings } = text;
  return [
    {
      ...{ type, id, version, title, language, collectionId },
      passage: { ordinal, text: content, start, end, page, headings },
      ...makeSnippet(content, document.analysedAs, context.terms),
      score,
    },
  ];
}
