import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type PasswordBody, type ProfilePatch, unwrap } from '../../../client/index.ts';
import type { SecondFactorProof } from './identity.ts';
import { useClient, useSession } from './session-context.tsx';

/** What people do with their own account. */

const SESSIONS = '/api/v1/auth/sessions';
const SECOND_FACTOR = '/api/v1/auth/second-factor';

export function useChangeProfile() {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ProfilePatch) => unwrap(client.PATCH('/api/v1/auth/me', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['me'] }),
  });
}

export function useSendVerification() {
  const client = useClient();
  return useMutation({
    mutationFn: () => unwrap(client.POST('/api/v1/auth/email-verification')),
  });
}

/** Ends all other sign-ins. */
export function useChangePassword() {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: PasswordBody) => {
      await unwrap(client.POST('/api/v1/auth/password', { body }));
    },
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['sessions'] }),
        queries.invalidateQueries({ queryKey: ['me'] }),
      ]),
  });
}

export function useOwnSessions() {
  const client = useClient();
  return useQuery({
    queryKey: ['sessions'],
    queryFn: async ({ signal }) => (await unwrap(client.GET(SESSIONS, { signal }))).items,
  });
}

/** Milliseconds. */
const EVENTS_STAY_FRESH = 5_000;

/** The newest of them. */
export function useAccountEvents() {
  const client = useClient();
  return useQuery({
    queryKey: ['account-events'],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/api/v1/auth/events', { params: { query: { limit: 20 } }, signal }))).items,
    staleTime: EVENTS_STAY_FRESH,
  });
}

export function useSessionActions() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ['sessions'] });
  return {
    end: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.DELETE(`${SESSIONS}/{id}`, { params: { path: { id } } }));
      },
      onSettled,
    }),
    endOthers: useMutation({ mutationFn: () => unwrap(client.DELETE(SESSIONS)), onSettled }),
  };
}

export function useSecondFactor() {
  const client = useClient();
  return useQuery({
    queryKey: ['second-factor'],
    queryFn: ({ signal }) => unwrap(client.GET(SECOND_FACTOR, { signal })),
  });
}

export function useSecondFactorActions() {
  const client = useClient();
  const queries = useQueryClient();
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ['second-factor'] });
    void queries.invalidateQueries({ queryKey: ['sessions'] });
  };
  return {
    /** `currentPassword` is undefined where the sign-in is a recent one. */
    begin: useMutation({
      mutationFn: (currentPassword: string | undefined) =>
        unwrap(
          client.POST(SECOND_FACTOR, { body: currentPassword === undefined ? null : { currentPassword } }),
        ),
    }),
    confirm: useMutation({
      mutationFn: (code: string) => unwrap(client.POST(`${SECOND_FACTOR}/confirm`, { body: { code } })),
      onSuccess: refresh,
    }),
    renewCodes: useMutation({
      mutationFn: (proof: SecondFactorProof) =>
        unwrap(client.POST(`${SECOND_FACTOR}/recovery-codes`, { body: proof })),
      onSuccess: refresh,
    }),
    remove: useMutation({
      mutationFn: async (body: SecondFactorProof & { currentPassword?: string }) => {
        await unwrap(client.DELETE(SECOND_FACTOR, { body }));
      },
      onSuccess: refresh,
    }),
  };
}

export function useConnectedIdentities() {
  const client = useClient();
  return useQuery({
    queryKey: ['identities'],
    queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/auth/identities', { signal }))).items,
  });
}

export function useIdentityActions() {
  const client = useClient();
  const queries = useQueryClient();
  return {
    /** The browser goes on to the provider, and comes back to `returnTo`. */
    connect: useMutation({
      mutationFn: ({ provider, ...body }: { provider: string; returnTo: string; currentPassword?: string }) =>
        unwrap(client.POST('/api/v1/auth/oidc/{provider}/link', { params: { path: { provider } }, body })),
      onSuccess: ({ url }) => window.location.assign(url),
    }),
    disconnect: useMutation({
      mutationFn: async (provider: string) => {
        await unwrap(client.DELETE('/api/v1/auth/oidc/{provider}/link', { params: { path: { provider } } }));
      },
      onSettled: () => queries.invalidateQueries({ queryKey: ['identities'] }),
    }),
  };
}

/** Takes oneself out of an organization; the session goes on in another one, where there is one. */
export function useLeaveOrganization() {
  const client = useClient();
  return useMutation({
    mutationFn: async (member: { organizationId: string; userId: string }) => {
      const path = { id: member.organizationId, userId: member.userId };
      await unwrap(client.DELETE('/api/v1/organizations/{id}/members/{userId}', { params: { path } }));
    },
    onSuccess: () => window.location.assign('/'),
  });
}

export function useDeleteAccount() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (currentPassword: string) => {
      const body = currentPassword === '' ? null : { currentPassword };
      await unwrap(session.client.DELETE('/api/v1/auth/me', { body }));
    },
    onSuccess: () => {
      session.adopt(null);
      queries.clear();
    },
  });
}
