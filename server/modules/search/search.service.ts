import type { Actor } from '../../kernel/actor.ts';
import type { SearchPlatform } from '../../platform/search/index.ts';
import type { SearchAnswerView, SearchQuery } from './search.schemas.ts';
import { toView } from './search.view.ts';

const DEFAULT_LIMIT = 20;

export class SearchService {
  readonly #search: SearchPlatform;

  constructor(search: SearchPlatform) {
    this.#search = search;
  }

  async search(actor: Actor, query: SearchQuery): Promise<SearchAnswerView> {
    const began = performance.now();
    const { types, mode, limit, ...rest } = query;
    const answer = await this.#search.index.search(actor, {
      ...rest,
      types: types?.split(',').map((type) => type.trim()),
      mode: mode ?? 'hybrid',
      limit: limit ?? DEFAULT_LIMIT,
    });
    return toView(answer, performance.now() - began);
  }
}
