import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type SearchAnswer, type SearchMode, unwrap } from '../../../client/index.ts';
import { useClient } from './session-context.tsx';

export interface SearchRequest {
  readonly q: string;
  readonly mode: SearchMode;
  readonly collectionId?: string | undefined;
  readonly language?: string | undefined;
  /** All passages instead of the best one of each source. */
  readonly passages: boolean;
  readonly limit?: number;
}

/** Searches as the reader types: the last word counts as a prefix, and answers to older questions are dropped. */
export function useSearch(request: SearchRequest) {
  const client = useClient();
  const q = request.q.trim();
  return useInfiniteQuery({
    queryKey: ['search', { ...request, q }],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        q,
        mode: request.mode,
        prefix: true,
        limit: request.limit ?? 20,
        ...(request.collectionId === undefined ? {} : { collectionId: request.collectionId }),
        ...(request.language === undefined ? {} : { language: request.language }),
        ...(request.passages ? { expand: 'passages' as const } : {}),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      return unwrap(client.GET('/api/v1/search', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: SearchAnswer) => page.nextCursor,
    enabled: q !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
