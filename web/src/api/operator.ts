import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type Feature,
  type InstanceUserPatch,
  type MaintenanceBody,
  type OutboxEntry,
  unwrap,
} from '../../../client/index.ts';
import { usePages } from './pages.ts';
import { useClient } from './session-context.tsx';

const OPERATOR = '/api/v1/operator';

/** Milliseconds between looks at the overview. */
const OVERVIEW_EVERY = 10_000;

/** Everything that operators are shown begins with this key, so that one act refreshes all that it may have changed. */
const KEY = 'operator';

function useRefresh() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: [KEY] });
}

export function useOverview() {
  const client = useClient();
  return useQuery({
    queryKey: [KEY, 'overview'],
    queryFn: ({ signal }) => unwrap(client.GET(`${OPERATOR}/overview`, { signal })),
    refetchInterval: OVERVIEW_EVERY,
  });
}

export function useInstanceOrganizations(filter: { q?: string; state?: 'suspended' }) {
  const client = useClient();
  return usePages([KEY, 'organizations', filter], (page, signal) =>
    unwrap(client.GET(`${OPERATOR}/organizations`, { params: { query: { ...page, ...filter } }, signal })),
  );
}

/** Asked for only where there is an id. */
export function useInstanceOrganization(id: string) {
  const client = useClient();
  return useQuery({
    queryKey: [KEY, 'organization', id],
    queryFn: ({ signal }) =>
      unwrap(client.GET(`${OPERATOR}/organizations/{id}`, { params: { path: { id } }, signal })),
    enabled: id !== '',
    staleTime: 60_000,
  });
}

export function useSuspension() {
  const client = useClient();
  const onSettled = useRefresh();
  const path = (id: string) => ({ path: { id } });
  return {
    suspend: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) =>
        unwrap(client.POST(`${OPERATOR}/organizations/{id}/suspend`, { params: path(id), body: { reason } })),
      onSettled,
    }),
    unsuspend: useMutation({
      mutationFn: (id: string) =>
        unwrap(client.POST(`${OPERATOR}/organizations/{id}/unsuspend`, { params: path(id) })),
      onSettled,
    }),
  };
}

export function useInstanceSso(organizationId: string) {
  const client = useClient();
  const path = { id: organizationId };
  const onSettled = useRefresh();
  return {
    sso: useQuery({
      queryKey: [KEY, 'sso', organizationId],
      queryFn: ({ signal }) =>
        unwrap(client.GET(`${OPERATOR}/organizations/{id}/sso`, { params: { path }, signal })),
    }),
    setOnly: useMutation({
      mutationFn: (ssoOnly: boolean) =>
        unwrap(client.PATCH(`${OPERATOR}/organizations/{id}/sso`, { params: { path }, body: { ssoOnly } })),
      onSettled,
    }),
  };
}

/** Of the whole instance, or of one organization. */
export function useSwitches(organizationId: string | null) {
  const client = useClient();
  const onSettled = useRefresh();
  return {
    features: useQuery({
      queryKey: [KEY, 'features', organizationId],
      queryFn: async ({ signal }) => {
        const answer =
          organizationId === null
            ? await unwrap(client.GET(`${OPERATOR}/features`, { signal }))
            : await unwrap(
                client.GET(`${OPERATOR}/organizations/{id}/features`, {
                  params: { path: { id: organizationId } },
                  signal,
                }),
              );
        return answer.items;
      },
    }),
    set: useMutation({
      mutationFn: ({ feature, on }: { feature: Feature['feature']; on: boolean | null }) =>
        organizationId === null
          ? unwrap(
              client.PUT(`${OPERATOR}/features/{feature}`, { params: { path: { feature } }, body: { on } }),
            )
          : unwrap(
              client.PUT(`${OPERATOR}/organizations/{id}/features/{feature}`, {
                params: { path: { id: organizationId, feature } },
                body: { on },
              }),
            ),
      onSettled,
    }),
  };
}

export function useInstanceUsers(filter: { q?: string; state?: 'disabled' | 'operator' }) {
  const client = useClient();
  return usePages([KEY, 'users', filter], (page, signal) =>
    unwrap(client.GET(`${OPERATOR}/users`, { params: { query: { ...page, ...filter } }, signal })),
  );
}

export function useInstanceUser(id: string) {
  const client = useClient();
  return useQuery({
    queryKey: [KEY, 'user', id],
    queryFn: ({ signal }) =>
      unwrap(client.GET(`${OPERATOR}/users/{id}`, { params: { path: { id } }, signal })),
  });
}

export function useInstanceUserActions(id: string) {
  const client = useClient();
  const params = { path: { id } };
  const onSettled = useRefresh();
  return {
    change: useMutation({
      mutationFn: (body: InstanceUserPatch) =>
        unwrap(client.PATCH(`${OPERATOR}/users/{id}`, { params, body })),
      onSettled,
    }),
    makeSignInLink: useMutation({
      mutationFn: () => unwrap(client.POST(`${OPERATOR}/users/{id}/sign-in-link`, { params })),
    }),
    removeSecondFactor: useMutation({
      mutationFn: async () => {
        await unwrap(client.DELETE(`${OPERATOR}/users/{id}/second-factor`, { params }));
      },
      onSettled,
    }),
    remove: useMutation({
      mutationFn: async () => {
        await unwrap(client.DELETE(`${OPERATOR}/users/{id}`, { params }));
      },
      onSettled,
    }),
  };
}

export function useMail(filter: { state?: OutboxEntry['state'] }) {
  const client = useClient();
  return usePages([KEY, 'mail', filter], (page, signal) =>
    unwrap(client.GET(`${OPERATOR}/mail`, { params: { query: { ...page, ...filter } }, signal })),
  );
}

export function useMailActions() {
  const client = useClient();
  const onSettled = useRefresh();
  const params = (id: string) => ({ params: { path: { id } } });
  return {
    /** Reading is an act: it is recorded, because the links let people in. */
    read: useMutation({
      mutationFn: (id: string) => unwrap(client.GET(`${OPERATOR}/mail/{id}`, params(id))),
    }),
    send: useMutation({
      mutationFn: (id: string) => unwrap(client.POST(`${OPERATOR}/mail/{id}/send`, params(id))),
      onSettled,
    }),
  };
}

export function useMaintenance() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => {
    void queries.invalidateQueries({ queryKey: [KEY] });
    void queries.invalidateQueries({ queryKey: ['instance'] });
  };
  return {
    state: useQuery({
      queryKey: [KEY, 'maintenance'],
      queryFn: async ({ signal }) =>
        (await unwrap(client.GET(`${OPERATOR}/maintenance`, { signal }))).maintenance,
    }),
    begin: useMutation({
      mutationFn: (body: MaintenanceBody) => unwrap(client.PUT(`${OPERATOR}/maintenance`, { body })),
      onSettled,
    }),
    end: useMutation({
      mutationFn: async () => {
        await unwrap(client.DELETE(`${OPERATOR}/maintenance`));
      },
      onSettled,
    }),
  };
}

export function useSigningKeys() {
  const client = useClient();
  const onSettled = useRefresh();
  return {
    keys: useQuery({
      queryKey: [KEY, 'signing-keys'],
      queryFn: async ({ signal }) => (await unwrap(client.GET(`${OPERATOR}/signing-keys`, { signal }))).items,
    }),
    rotate: useMutation({
      mutationFn: (endSessions: boolean) =>
        unwrap(client.POST(`${OPERATOR}/signing-keys/rotate`, { body: { endSessions } })),
      onSettled,
    }),
  };
}
