import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiKeyBody, unwrap } from '../../../client/index.ts';
import { useMe } from './identity.ts';
import { usePages } from './pages.ts';
import { useClient } from './session-context.tsx';

const API_KEYS = '/api/v1/api-keys';

export function useApiKeys(owner: 'me' | 'everybody') {
  const client = useClient();
  const { organization } = useMe();
  return usePages(['api-keys', organization.id, owner], (query, signal) =>
    unwrap(client.GET(API_KEYS, { params: { query: { ...query, owner } }, signal })),
  );
}

export function useApiKeyActions() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ['api-keys'] });
  return {
    make: useMutation({
      mutationFn: (body: ApiKeyBody) => unwrap(client.POST(API_KEYS, { body })),
      onSettled,
    }),
    revoke: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.DELETE(`${API_KEYS}/{id}`, { params: { path: { id } } }));
      },
      onSettled,
    }),
  };
}
