import type { Actor } from '../../kernel/actor.ts';
import type { SearchPlatform } from '../../platform/search/index.ts';
import type { SearchAnswerView, SearchQuery } from './search.schemas.ts';
import { toView } from './search.view.ts';

const DEFAULT_LIMIT = 20;

export class SearchService {
  /** How long a query may wait for an embedding server; milliseconds. */
  readonly timeoutMs = 10_000;
  readonly #search: SearchPlatform;

  constructor(search: SearchPlatform) {
    this.#search = search;
  }

  async search(actor: Actor, query: SearchQuery, signal: AbortSignal): Promise<SearchAnswerView> {
    const began = performance.now();
    const { types, mode, limit, ...rest } = query;
    const answer = await this.#search.index.search(
      actor,
      {
        ...rest,
        types: types?.split(',').map((type) => type.trim()),
        mode: mode ?? 'hybrid',
        limit: limit ?? DEFAULT_LIMIT,
      },
      signal,
    );
    return toView(answer, performance.now() - began);
  }
}
