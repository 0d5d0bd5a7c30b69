import type { Generated } from 'kysely';

/** The rows of migration 0004. Bytes arrive as `Uint8Array`, bigint as number. */
export interface SearchTables {
  search_state: {
    organization_id: string;
    sequence: number;
    terms: number;
    passages: number;
    embedders: number;
  };
  search_terms: { organization_id: string; number: number; term: string };
  search_documents: {
    organization_id: string;
    key: Generated<number>;
    type: string;
    id: string;
    version: number;
    title: string;
    language: string | null;
    analysed_as: string;
    collection_id: string | null;
    audience: string[];
    title_terms: Uint8Array;
    passages: number;
    active: Generated<boolean>;
  };
  search_passages: {
    organization_id: string;
    document_key: number;
    ordinal: number;
    content: string;
    start_at: number;
    end_at: number;
    page: number | null;
    headings: string[];
    terms: Uint8Array;
  };
  search_changes: { organization_id: string; sequence: number; type: string; id: string };
  search_embedders: {
    organization_id: string;
    number: number;
    name: string;
    kind: 'hashed' | 'latent' | 'external';
    dimensions: number;
    state: 'building' | 'active' | 'retired';
    trained_passages: Generated<number>;
    weight: number;
    created_at: Generated<string>;
  };
  search_models: { organization_id: string; embedder: number; part: number; data: Uint8Array };
  search_vectors: {
    organization_id: string;
    document_key: number;
    ordinal: number;
    embedder: number;
    dimensions: number;
    embedding: string;
  };
}
