import type { SearchAnswer, SearchHit } from '../../platform/search/index.ts';
import type { SearchAnswerView, SearchItem } from './search.schemas.ts';

/** An answer as the API shows it; `tookMs` is whole microseconds. */
export function toView(answer: SearchAnswer, tookMs: number): SearchAnswerView {
  const { nextCursor, mode, embedder, correctedTo } = answer;
  return {
    items: answer.hits.map(toItem),
    nextCursor,
    mode,
    embedder,
    correctedTo,
    tookMs: Math.round(tookMs * 1000) / 1000,
  };
}

function toItem(hit: SearchHit): SearchItem {
  const { type, id, version, title, language, collectionId, passage, snippet, highlights, score } = hit;
  const { text, start, end, page, headings } = passage;
  return {
    type,
    id,
    title,
    language,
    collectionId,
    headings: [...headings],
    snippet,
    highlights: highlights.map((range) => ({ ...range })),
    citation: { type, id, title, version, start, end, ...(page === null ? {} : { page }), quote: text },
    score,
  };
}
