import type { Actor, OrganizationActor } from '../kernel/actor.ts';
import type { QuoteRef, QuoteSource } from '../modules/ask/index.ts';
import type { SearchAnswer, SearchHit, SearchIndex, SearchRequest } from '../platform/search/port.ts';

/** A document of a `Shelf`: each blank line begins a passage. */
export interface ShelfDocument {
  readonly organizationId: string;
  readonly id: string;
  readonly title: string;
  readonly language: string | null;
  text: string;
}

/** A few documents in memory behind the ports that retrieval needs, ranked by how many words they share with the query. */
export interface Shelf {
  readonly documents: ShelfDocument[];
  readonly search: Pick<SearchIndex, 'search'>;
  readonly quoteSource: QuoteSource;
  readonly requests: SearchRequest[];
  /** The index answers from its own copy, as it was when the document was put. */
  put(document: ShelfDocument): void;
}

export function createShelf(): Shelf {
  const documents: ShelfDocument[] = [];
  const indexed: (SearchHit & { readonly organizationId: string })[] = [];
  const requests: SearchRequest[] = [];
  return {
    documents,
    requests,
    put(document) {
      documents.push(document);
      indexed.push(...passagesOf(document));
    },
    search: {
      async search(actor: Actor, request: SearchRequest): Promise<SearchAnswer> {
        requests.push(request);
        const asked = wordsOf(request.q);
        const hits = indexed
          .filter((hit) => hit.organizationId === actor.organizationId)
          .map((hit) => ({ ...hit, score: common(asked, wordsOf(`${hit.title} ${hit.passage.text}`)) }))
          .filter((hit) => hit.score > 0)
          .sort((a, b) => b.score - a.score);
        return {
          hits: hits.slice(0, request.limit),
          nextCursor: null,
          mode: 'keyword',
          embedder: null,
          correctedTo: null,
        };
      },
    },
    quoteSource: {
      async read(actor: OrganizationActor, refs: readonly QuoteRef[]) {
        return refs.map((ref) => {
          const document = documents.find(
            (one) => one.id === ref.id && one.organizationId === actor.organizationId,
          );
          return document?.text.slice(ref.start, ref.end) ?? null;
        });
      },
    },
  };
}

function passagesOf(document: ShelfDocument): (SearchHit & { readonly organizationId: string })[] {
  return [...document.text.matchAll(/(?:[^\n]|\n(?!\n))+/g)].map((match, ordinal) => ({
    organizationId: document.organizationId,
    type: 'source',
    id: document.id,
    version: 1,
    title: document.title,
    language: document.language,
    collectionId: null,
    passage: {
      ordinal,
      text: match[0],
      start: match.index,
      end: match.index + match[0].length,
      page: ordinal + 1,
      headings: [],
    },
    snippet: match[0],
    highlights: [],
    score: 0,
  }));
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((word) => b.has(word)).length;
}
