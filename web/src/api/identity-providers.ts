import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type IdentityProvider,
  type IdentityProviderBody,
  type IdentityProviderPatch,
  unwrap,
} from '../../../client/index.ts';
import { usePages } from './pages.ts';
import { useClient } from './session-context.tsx';

const PROVIDERS = '/api/v1/operator/identity-providers';

export function useIdentityProviders() {
  const client = useClient();
  return usePages(['operator', 'identity-providers'], (query, signal) =>
    unwrap(client.GET(PROVIDERS, { params: { query }, signal })),
  );
}

export function useIdentityProviderActions() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ['operator'] });
  return {
    create: useMutation({
      mutationFn: (body: IdentityProviderBody) => unwrap(client.POST(PROVIDERS, { body })),
      onSettled,
    }),
    update: useMutation({
      mutationFn: ({ provider, patch }: { provider: IdentityProvider; patch: IdentityProviderPatch }) =>
        unwrap(
          client.PATCH(`${PROVIDERS}/{id}`, {
            params: { path: { id: provider.id } },
            headers: { 'if-match': `"${provider.version}"` },
            body: patch,
          }),
        ),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.DELETE(`${PROVIDERS}/{id}`, { params: { path: { id } } }));
      },
      onSettled,
    }),
  };
}
