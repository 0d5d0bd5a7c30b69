import type { Routes } from '../../platform/http/index.ts';
import { SearchAnswerView, SearchQuery } from './search.schemas.ts';
import type { SearchService } from './search.service.ts';

export function searchRoutes(search: SearchService): Routes {
  return (http) => {
    http.get(
      '/search',
      {
        config: { access: { minimum: 'guest', scope: 'search:read' }, rateLimit: { cost: 5 } },
        schema: {
          tags: ['search'],
          summary: 'Find passages by word and by meaning',
          querystring: SearchQuery,
          response: { 200: SearchAnswerView },
        },
      },
      async (request) => search.search(request.actor, request.query),
    );
  };
}
