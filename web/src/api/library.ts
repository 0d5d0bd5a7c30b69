import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import {
  type Collection,
  type CollectionBody,
  type CollectionPatch,
  type ScriptoriumClient,
  type Source,
  type SourceList,
  type SourceListQuery,
  type SourceTextBody,
  unwrap,
} from '../../../client/index.ts';
import { useIsAtLeast } from './identity.ts';
import { useClient } from './session-context.tsx';

export type SourceFilter = Pick<SourceListQuery, 'collectionId' | 'status' | 'q'>;

const PAGE_SIZE = 50;
const SOURCES = '/api/v1/library/sources';
const COLLECTIONS = '/api/v1/library/collections';

/** Guests see nothing of the library: for them nothing is asked. */
export function useSources(filter: SourceFilter, limit = PAGE_SIZE) {
  const client = useClient();
  const enabled = useIsAtLeast('regular');
  return useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ['sources', { ...filter, limit }],
      queryFn: ({ pageParam, signal }) => {
        const query = { ...filter, limit, ...(pageParam === null ? {} : { cursor: pageParam }) };
        return unwrap(client.GET(SOURCES, { params: { query }, signal }));
      },
      initialPageParam: null as string | null,
      getNextPageParam: (page: SourceList) => page.nextCursor,
      placeholderData: keepPreviousData,
      enabled,
    }),
  );
}

export function useSource(id: string) {
  const client = useClient();
  return useQuery({
    queryKey: ['source', id],
    queryFn: ({ signal }) => unwrap(client.GET(`${SOURCES}/{id}`, { params: { path: { id } }, signal })),
  });
}

/** Text and structure of one version; a version never changes, so it is kept. */
export function useContent(id: string, version: number | undefined, enabled: boolean) {
  const client = useClient();
  return useQuery({
    queryKey: ['content', id, version ?? 'newest'],
    queryFn: ({ signal }) => {
      const query = version === undefined ? {} : { version };
      return unwrap(client.GET(`${SOURCES}/{id}/content`, { params: { path: { id }, query }, signal }));
    },
    staleTime: version === undefined ? 0 : Number.POSITIVE_INFINITY,
    enabled,
  });
}

export function useVersions(id: string) {
  const client = useClient();
  return useQuery({
    queryKey: ['versions', id],
    queryFn: ({ signal }) => {
      const params = { path: { id }, query: { limit: 100 } };
      return unwrap(client.GET(`${SOURCES}/{id}/versions`, { params, signal }));
    },
  });
}

export function collectionsQuery(client: ScriptoriumClient) {
  return queryOptions({
    queryKey: ['collections'],
    queryFn: async ({ signal }): Promise<Collection[]> => {
      const all: Collection[] = [];
      let cursor: string | null = null;
      do {
        const query: { limit: number; cursor?: string } =
          cursor === null ? { limit: 100 } : { limit: 100, cursor };
        const page = await unwrap(client.GET(COLLECTIONS, { params: { query }, signal }));
        all.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return all.sort((a, b) => a.name.localeCompare(b.name));
    },
    staleTime: 30_000,
  });
}

export function useCollections() {
  const enabled = useIsAtLeast('regular');
  return useQuery({ ...collectionsQuery(useClient()), enabled });
}

export function useSourceActions() {
  const client = useClient();
  const queries = useQueryClient();
  const path = (id: string) => ({ params: { path: { id } } });
  return {
    reprocess: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.POST(`${SOURCES}/{id}/reprocess`, path(id)));
      },
      onSettled: (_data, _error, id) => refreshSource(queries, id),
    }),
    cancel: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.POST(`${SOURCES}/{id}/cancel`, path(id)));
      },
      onSettled: (_data, _error, id) => refreshSource(queries, id),
    }),
    move: useMutation({
      mutationFn: ({ id, collectionId }: { id: string; collectionId: string | null }) =>
        unwrap(client.PATCH(`${SOURCES}/{id}`, { ...path(id), body: { collectionId } })),
      onSettled: (_data, _error, { id }) => refreshSource(queries, id),
    }),
    remove: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.DELETE(`${SOURCES}/{id}`, path(id)));
      },
      onSuccess: (_data, id) => forgetSource(queries, id),
    }),
  };
}

export function useAddText() {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SourceTextBody) => unwrap(client.POST(SOURCES, { body })),
    onSuccess: () => refreshLists(queries),
  });
}

export function useCollectionActions() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => refreshLists(queries);
  return {
    create: useMutation({
      mutationFn: (body: CollectionBody) => unwrap(client.POST(COLLECTIONS, { body })),
      onSettled,
    }),
    update: useMutation({
      mutationFn: (change: { collection: Collection; patch: CollectionPatch }) =>
        unwrap(
          client.PATCH(`${COLLECTIONS}/{id}`, {
            params: { path: { id: change.collection.id } },
            headers: { 'if-match': `"${change.collection.version}"` },
            body: change.patch,
          }),
        ),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.DELETE(`${COLLECTIONS}/{id}`, { params: { path: { id } } }));
      },
      onSettled,
    }),
  };
}

function refreshLists(queries: QueryClient) {
  void queries.invalidateQueries({ queryKey: ['sources'] });
  void queries.invalidateQueries({ queryKey: ['collections'] });
}

function refreshSource(queries: QueryClient, id: string) {
  void queries.invalidateQueries({ queryKey: ['source', id] });
  refreshLists(queries);
}

function forgetSource(queries: QueryClient, id: string) {
  queries.removeQueries({ queryKey: ['source', id] });
  queries.removeQueries({ queryKey: ['content', id] });
  eachSourcePage(queries, (items) => items.filter((item) => item.id !== id));
  refreshLists(queries);
}

/** Puts news of one source into every list that shows it. True when some list did. */
export function applySource(queries: QueryClient, source: Source): boolean {
  let shown = false;
  queries.setQueryData(['source', source.id], source);
  eachSourcePage(queries, (items) =>
    items.map((item) => {
      if (item.id !== source.id) return item;
      shown = true;
      return source;
    }),
  );
  return shown;
}

function eachSourcePage(queries: QueryClient, change: (items: Source[]) => Source[]) {
  queries.setQueriesData<InfiniteData<SourceList>>({ queryKey: ['sources'] }, (lists) =>
    lists === undefined
      ? lists
      : { ...lists, pages: lists.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}
