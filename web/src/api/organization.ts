import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type InvitationBody,
  type OrganizationExport,
  type OrganizationPatch,
  unwrap,
} from '../../../client/index.ts';
import type { Role } from '../shared/roles.ts';
import { useMe } from './identity.ts';
import { usePages } from './pages.ts';
import { useClient } from './session-context.tsx';

const ORGANIZATION = '/api/v1/organizations/{id}';
const INVITATIONS = '/api/v1/invitations';

/** Milliseconds between looks at archives while one is being made. */
const EXPORT_LIVE = 1500;

/** The organization that the signed-in person works in now. */
function useOrganizationPath() {
  const { organization } = useMe();
  return { id: organization.id };
}

/** What operators have left on for the organization. */
export function useFeatures() {
  const client = useClient();
  const { organization } = useMe();
  return useQuery({
    queryKey: ['features', organization.id],
    queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/features', { signal }))).features,
    staleTime: 60_000,
    enabled: organization.closedAt === null,
  });
}

/** Its maker is its admin, and goes on in it when they enter it. */
export function useMakeOrganization() {
  const client = useClient();
  return useMutation({
    mutationFn: (name: string) => unwrap(client.POST('/api/v1/organizations', { body: { name } })),
  });
}

export function useOrganizationActions() {
  const client = useClient();
  const queries = useQueryClient();
  const { organization } = useMe();
  const path = { id: organization.id };
  const onSettled = () => queries.invalidateQueries({ queryKey: ['me'] });
  return {
    change: useMutation({
      mutationFn: (body: OrganizationPatch) =>
        unwrap(
          client.PATCH(ORGANIZATION, {
            params: { path },
            headers: { 'if-match': `"${organization.version}"` },
            body,
          }),
        ),
      onSettled,
    }),
    close: useMutation({
      mutationFn: () => unwrap(client.DELETE(ORGANIZATION, { params: { path } })),
      onSettled,
    }),
    restore: useMutation({
      mutationFn: () => unwrap(client.POST(`${ORGANIZATION}/restore`, { params: { path } })),
      onSettled,
    }),
  };
}

/** `q`: how a name, its last word or an address begins. */
export function useMembers(filter: { q?: string } = {}) {
  const client = useClient();
  const path = useOrganizationPath();
  return usePages(
    ['members', path.id, filter],
    (page, signal) =>
      unwrap(
        client.GET(`${ORGANIZATION}/members`, { params: { path, query: { ...page, ...filter } }, signal }),
      ),
    { limit: 100 },
  );
}

export function useMemberActions() {
  const client = useClient();
  const queries = useQueryClient();
  const { id } = useOrganizationPath();
  const onSettled = () => {
    void queries.invalidateQueries({ queryKey: ['members'] });
    void queries.invalidateQueries({ queryKey: ['me'] });
  };
  return {
    changeRole: useMutation({
      mutationFn: ({ userId, role }: { userId: string; role: Role }) =>
        unwrap(
          client.PATCH(`${ORGANIZATION}/members/{userId}`, {
            params: { path: { id, userId } },
            body: { role },
          }),
        ),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: async (userId: string) => {
        await unwrap(client.DELETE(`${ORGANIZATION}/members/{userId}`, { params: { path: { id, userId } } }));
      },
      onSettled,
    }),
  };
}

export function useInvitations() {
  const client = useClient();
  const { id } = useOrganizationPath();
  return usePages(['invitations', id], (query, signal) =>
    unwrap(client.GET(INVITATIONS, { params: { query }, signal })),
  );
}

export function useInvitationActions() {
  const client = useClient();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ['invitations'] });
  const path = (id: string) => ({ params: { path: { id } } });
  return {
    invite: useMutation({
      mutationFn: (body: InvitationBody) => unwrap(client.POST(INVITATIONS, { body })),
      onSettled,
    }),
    resend: useMutation({
      mutationFn: (id: string) => unwrap(client.POST(`${INVITATIONS}/{id}/resend`, path(id))),
      onSettled,
    }),
    revoke: useMutation({
      mutationFn: async (id: string) => {
        await unwrap(client.DELETE(`${INVITATIONS}/{id}`, path(id)));
      },
      onSettled,
    }),
  };
}

export function isBeingMade(archive: OrganizationExport): boolean {
  const status = archive.task?.status;
  return !archive.ready && (status === 'queued' || status === 'running');
}

export function useExports() {
  const client = useClient();
  const path = useOrganizationPath();
  return usePages(
    ['exports', path.id],
    (query, signal) => unwrap(client.GET(`${ORGANIZATION}/exports`, { params: { path, query }, signal })),
    { every: (items) => (items.some(isBeingMade) ? EXPORT_LIVE : false) },
  );
}

export function useStartExport() {
  const client = useClient();
  const queries = useQueryClient();
  const path = useOrganizationPath();
  return useMutation({
    mutationFn: () => unwrap(client.POST(`${ORGANIZATION}/exports`, { params: { path } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['exports'] }),
  });
}

export function useSingleSignOn() {
  const client = useClient();
  const path = useOrganizationPath();
  return useQuery({
    queryKey: ['sso', path.id],
    queryFn: ({ signal }) => unwrap(client.GET(`${ORGANIZATION}/sso`, { params: { path }, signal })),
  });
}

export function useSsoOnly() {
  const client = useClient();
  const queries = useQueryClient();
  const path = useOrganizationPath();
  return useMutation({
    mutationFn: (ssoOnly: boolean) =>
      unwrap(client.PATCH(`${ORGANIZATION}/sso`, { params: { path }, body: { ssoOnly } })),
    onSuccess: (answer) => queries.setQueryData(['sso', path.id], answer),
  });
}

export function useUsage() {
  const client = useClient();
  const path = useOrganizationPath();
  return useQuery({
    queryKey: ['usage', path.id],
    queryFn: ({ signal }) => unwrap(client.GET(`${ORGANIZATION}/usage`, { params: { path }, signal })),
  });
}
