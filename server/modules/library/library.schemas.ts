import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../platform/http/schemas.ts';
import { TaskView } from '../tasks/index.ts';

const STAGES = [
  'received',
  'parsed',
  'segmented',
  'embedded',
  'indexed',
  'ready',
  'failed',
  'cancelled',
] as const;
export const Stage = OneOf(STAGES);
export type Stage = Static<typeof Stage>;

export const SourceView = Type.Object({
  id: Id,
  title: Type.String(),
  fileName: Nullable(Type.String()),
  mediaType: Type.String(),
  language: Nullable(Type.String({ description: 'BCP 47' })),
  authors: Type.Array(Type.String()),
  /** Bytes. */
  size: Type.Integer(),
  sha256: Type.String(),
  collectionId: Nullable(Id),
  stage: Stage,
  failure: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  /** Set in an upload's answer when the same bytes were there already: the id of the source that holds them. */
  duplicateOf: Type.Optional(Id),
  /** The newest readable version; 0 until the first one is parsed. */
  version: Type.Integer(),
  taskId: Nullable(Id),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type SourceView = Static<typeof SourceView>;

export const SourcePage = PageOf(SourceView);

export const SourceListQuery = Type.Object(
  {
    ...PageQuery,
    collectionId: Type.Optional(Id),
    /** A stage, or `processing` for all that are on their way. */
    status: Type.Optional(OneOf([...STAGES, 'processing'])),
    /** Part of the title or file name. */
    q: Type.Optional(Type.String({ maxLength: 200 })),
    taskId: Type.Optional(Id),
  },
  { additionalProperties: false },
);
export type SourceListQuery = Static<typeof SourceListQuery>;

export const SourcePatch = Type.Object(
  { collectionId: Nullable(Type.String({ format: 'uuid', description: 'where it goes; null: into none' })) },
  { additionalProperties: false },
);
export type SourcePatch = Static<typeof SourcePatch>;

export const SourceTextBody = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 500 }),
    text: Type.String({ minLength: 1 }),
    mediaType: Type.Optional(OneOf(['text/plain', 'text/markdown', 'text/html'])),
    language: Type.Optional(Type.String({ minLength: 2, maxLength: 35 })),
    collectionId: Type.Optional(Id),
  },
  { additionalProperties: false },
);
export type SourceTextBody = Static<typeof SourceTextBody>;

/** `task` is null when every file was there already; `rejected` names the files that were refused beside those taken. */
export const UploadAnswer = Type.Object({
  items: Type.Array(SourceView),
  task: Type.Union([TaskView, Type.Null()]),
  rejected: Type.Optional(
    Type.Array(Type.Object({ fileName: Type.String(), code: Type.String(), message: Type.String() })),
  ),
});
export type UploadAnswer = Static<typeof UploadAnswer>;

export const StructureItemView = Type.Object({
  kind: Type.String({ description: 'heading, paragraph, listItem, tableRow, footnote, page, code or quote' }),
  level: Type.Optional(Type.Integer()),
  title: Type.Optional(Type.String()),
  page: Type.Optional(Type.Integer()),
  start: Type.Integer({ description: 'UTF-16 code units in `text`' }),
  end: Type.Integer(),
});

export const ContentQuery = Type.Object(
  { version: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) },
  { additionalProperties: false },
);
export const ContentView = Type.Object({
  version: Type.Integer(),
  text: Type.String(),
  structure: Type.Array(StructureItemView),
});
export type ContentView = Static<typeof ContentView>;

export const ChunkView = Type.Object({
  ordinal: Type.Integer(),
  text: Type.String(),
  start: Type.Integer(),
  end: Type.Integer(),
  page: Nullable(Type.Integer()),
  headings: Type.Array(Type.String()),
  tokens: Type.Integer(),
});
export const ChunkQuery = Type.Object(
  { ...PageQuery, version: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) },
  { additionalProperties: false },
);
export type ChunkQuery = Static<typeof ChunkQuery>;
export const ChunkPage = Type.Object({
  version: Type.Integer(),
  items: Type.Array(ChunkView),
  nextCursor: Nullable(Type.String()),
});
export type ChunkPage = Static<typeof ChunkPage>;

export const VersionView = Type.Object({
  version: Type.Integer(),
  mediaType: Type.String(),
  size: Type.Integer(),
  sha256: Type.String(),
  createdAt: Timestamp,
});
export const VersionPage = PageOf(VersionView);

export const CollectionView = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  language: Nullable(Type.String()),
  /** How many sources it holds. */
  sources: Type.Integer(),
  version: Type.Integer(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type CollectionView = Static<typeof CollectionView>;
export const CollectionPage = PageOf(CollectionView);

const collectionFields = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  language: Type.Optional(Nullable(Type.String({ minLength: 2, maxLength: 35 }))),
};
export const CollectionBody = Type.Object(collectionFields, { additionalProperties: false });
export type CollectionBody = Static<typeof CollectionBody>;
/** `PATCH` with `If-Match: "<version>"`. */
export const CollectionPatch = Type.Partial(Type.Object(collectionFields), {
  additionalProperties: false,
  minProperties: 1,
});
export type CollectionPatch = Static<typeof CollectionPatch>;
