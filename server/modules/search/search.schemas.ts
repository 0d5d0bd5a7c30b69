import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf } from '../../platform/http/schemas.ts';

export const SearchModeSchema = OneOf(['hybrid', 'semantic', 'keyword']);

export const SearchQuery = Type.Object(
  {
    q: Type.String({ minLength: 1, maxLength: 1000 }),
    mode: Type.Optional(SearchModeSchema),
    /** Comma-separated, for example `source`. */
    types: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    collectionId: Type.Optional(Id),
    language: Type.Optional(Type.String({ minLength: 2, maxLength: 35 })),
    expand: Type.Optional(Type.Literal('passages')),
    prefix: Type.Optional(Type.Boolean()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  },
  { additionalProperties: false },
);
export type SearchQuery = Static<typeof SearchQuery>;

export const CitationView = Type.Object({
  type: Type.String(),
  id: Id,
  title: Type.String(),
  version: Type.Integer(),
  start: Type.Integer({ description: 'UTF-16 code units in the content of that version' }),
  end: Type.Integer(),
  page: Type.Optional(Type.Integer()),
  quote: Type.String({ description: '`content.slice(start, end)`' }),
});
export type CitationView = Static<typeof CitationView>;

export const SearchItem = Type.Object({
  type: Type.String(),
  id: Id,
  title: Type.String(),
  language: Nullable(Type.String()),
  collectionId: Nullable(Id),
  headings: Type.Array(Type.String()),
  snippet: Type.String(),
  highlights: Type.Array(Type.Object({ start: Type.Integer(), end: Type.Integer() })),
  citation: CitationView,
  score: Type.Number(),
});
export type SearchItem = Static<typeof SearchItem>;

export const SearchAnswerView = Type.Object({
  items: Type.Array(SearchItem),
  nextCursor: Nullable(Type.String()),
  /** What really ran. */
  mode: SearchModeSchema,
  embedder: Nullable(Type.String()),
  correctedTo: Nullable(Type.String()),
  tookMs: Type.Number(),
});
export type SearchAnswerView = Static<typeof SearchAnswerView>;
