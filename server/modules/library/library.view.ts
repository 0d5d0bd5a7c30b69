import type { CollectionView, SourceView } from './library.schemas.ts';
import type { CollectionRow, ShownSource } from './library.tables.ts';

export function toSourceView(row: ShownSource, duplicateOf?: string): SourceView {
  return {
    id: row.id,
    title: row.title,
    fileName: row.file_name,
    mediaType: row.media_type,
    language: row.language,
    authors: row.authors,
    size: row.size,
    sha256: row.sha256,
    collectionId: row.collection_id,
    stage: row.stage,
    ...(row.failure_code === null
      ? {}
      : { failure: { code: row.failure_code, message: row.failure_message ?? '' } }),
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    version: row.version,
    taskId: row.task_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toCollectionView(row: CollectionRow & { readonly sources: number }): CollectionView {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    language: row.language,
    sources: row.sources,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
