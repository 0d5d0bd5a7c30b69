import { type InfiniteData, keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

interface Options<T> {
  readonly limit?: number;
  readonly enabled?: boolean;
  /** Milliseconds between looks at the list, or how to tell from what is there; false: none. */
  readonly every?: (items: readonly T[]) => number | false;
}

/** A list that the server gives in pages, by cursor. */
export function usePages<T>(
  key: QueryKey,
  load: (query: PageQuery, signal: AbortSignal) => Promise<Page<T>>,
  options: Options<T> = {},
) {
  const { limit = 30, enabled = true, every } = options;
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      load({ limit, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<T>) => page.nextCursor,
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: (query) => every?.(itemsOf(query.state.data)) ?? false,
  });
}

export function itemsOf<T>(data: InfiniteData<Page<T>, unknown> | undefined): readonly T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}
