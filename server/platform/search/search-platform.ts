import type { EmbeddingModel } from '../ai/port.ts';
import type { Database } from '../db/port.ts';
import type { Logger } from '../logging/index.ts';
import { createIndexer } from './indexer.ts';
import { IndexCache } from './memory/index-cache.ts';
import type { SearchIndex } from './port.ts';
import { search } from './searcher.ts';

export interface SearchPlatformOptions {
  readonly database: Pick<Database, 'kind' | 'uow'>;
  /** The configured embedding server, or null for the built-in embedder. */
  readonly embedding: EmbeddingModel | null;
  readonly logger: Logger;
  /** What all indexes in memory may take together; bytes. */
  readonly maxIndexBytes?: number;
}

/** The search engine over the product's own database, whichever it is. */
export interface SearchPlatform {
  readonly index: SearchIndex;
  close(): Promise<void>;
}

const DEFAULT_INDEX_BYTES = 384 * 1024 * 1024;

export function createSearchPlatform(options: SearchPlatformOptions): SearchPlatform {
  const { uow } = options.database;
  const cache = new IndexCache({
    uow,
    maxBytes: options.maxIndexBytes ?? DEFAULT_INDEX_BYTES,
    keepsVectors: () => false,
  });
  return {
    index: {
      ...createIndexer({ uow }),
      search: (actor, request) => search({ uow, cache }, actor, request),
    },
    close: async () => undefined,
  };
}
