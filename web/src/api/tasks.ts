import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type Task, type TaskList, type TaskStatus, unwrap } from '../../../client/index.ts';
import { useClient } from './session-context.tsx';

export function isActive(task: Task): boolean {
  return task.status === 'queued' || task.status === 'running';
}

/** Milliseconds between looks at the list while something in it moves, and while nothing does. */
const LIVE = 1000;
const QUIET = 15_000;

export function useTasks(filter: { status?: TaskStatus }, limit = 30) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: ['tasks', { ...filter, limit }],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, limit, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return unwrap(client.GET('/api/v1/tasks', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: TaskList) => page.nextCursor,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some(isActive)) ? LIVE : QUIET,
  });
}

export function useTaskActions() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ['tasks'] });
  const path = (id: string) => ({ params: { path: { id } } });
  return {
    cancel: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.POST('/api/v1/tasks/{id}/cancel', path(id)));
      },
      onSettled,
    }),
    retry: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.POST('/api/v1/tasks/{id}/retry', path(id)));
      },
      onSettled,
    }),
  };
}
