import { queryOptions, useQuery } from '@tanstack/react-query';
import { ProblemError, unwrap } from '../../../client/index.ts';
import type { Session } from './session.ts';
import { useClient, useSession } from './session-context.tsx';

/** Milliseconds between looks whether operators are at work. */
const EVERY = 60_000;

export function instanceQuery(session: Session) {
  return queryOptions({
    queryKey: ['instance'],
    queryFn: ({ signal }) => unwrap(session.client.GET('/api/v1/instance', { signal })),
    staleTime: 30_000,
    refetchInterval: EVERY,
  });
}

/** What holds for everybody, signed in or not: maintenance, and whether people may make accounts. */
export function useInstance() {
  return useQuery(instanceQuery(useSession()));
}

export function useSignInProviders() {
  const client = useClient();
  return useQuery({
    queryKey: ['sign-in-providers'],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/api/v1/auth/oidc/providers', { signal }))).items,
    staleTime: 60_000,
  });
}

/**
 * The sentence for a code that came in the address of the sign-in page; null for a code that the server does not know.
 * Nothing out of the address is ever shown: it could be anybody's.
 */
export function useSignInFailure(code: string | undefined) {
  const client = useClient();
  return useQuery({
    queryKey: ['sign-in-failure', code ?? ''],
    queryFn: async ({ signal }): Promise<string | null> => {
      const params = { path: { code: code ?? '' } };
      try {
        return (await unwrap(client.GET('/api/v1/auth/oidc/errors/{code}', { params, signal }))).message;
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
    enabled: code !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
