import type { Stage } from './library.schemas.ts';
import type { StructureItem } from './parsing/index.ts';

/** Rows of migration 0003. Sizes are bytes, ranges UTF-16 code units, times RFC 3339 with microseconds. */
export interface CollectionRow {
  organization_id: string;
  id: string;
  name: string;
  description: string;
  language: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface SourceRow {
  organization_id: string;
  id: string;
  collection_id: string | null;
  title: string;
  file_name: string | null;
  media_type: string;
  declared_language: string | null;
  language: string | null;
  authors: string[];
  size: number;
  sha256: string;
  stage: Stage;
  failure_code: string | null;
  failure_message: string | null;
  version: number;
  pending_version: number;
  run: number;
  task_id: string | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
}

/** What people are shown of a source. */
export type ShownSource = Omit<
  SourceRow,
  'organization_id' | 'declared_language' | 'pending_version' | 'run' | 'created_by'
>;

export interface VersionRow {
  organization_id: string;
  source_id: string;
  version: number;
  storage_key: string;
  media_type: string;
  file_name: string | null;
  size: number;
  sha256: string;
  created_at: string;
}

export interface ContentRow {
  organization_id: string;
  source_id: string;
  version: number;
  content: string;
  structure: StructureItem[];
  title: string | null;
  language: string | null;
  authors: string[];
}

export interface ChunkRow {
  organization_id: string;
  source_id: string;
  version: number;
  ordinal: number;
  start_at: number;
  end_at: number;
  page: number | null;
  headings: string[];
  tokens: number;
}

export interface LibraryTables {
  library_collections: CollectionRow;
  library_sources: SourceRow;
  library_versions: VersionRow;
  library_contents: ContentRow;
  library_chunks: ChunkRow;
}
