import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type AcceptInvitationBody, unwrap } from '../../../client/index.ts';
import { useClient, useSession } from './session-context.tsx';

/** What people do with the links that they got by mail, and how they ask for one. */

export function useRequestPasswordReset() {
  const client = useClient();
  return useMutation({
    mutationFn: (email: string) => unwrap(client.POST('/api/v1/auth/password-reset', { body: { email } })),
  });
}

/** Ends all sign-ins of the account, this browser's too. */
export function useResetPassword() {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: { token: string; newPassword: string }) => {
      await unwrap(client.POST('/api/v1/auth/password-reset/confirm', { body }));
    },
    onSuccess: () => queries.removeQueries({ queryKey: ['me'] }),
  });
}

export function useConfirmEmail() {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: string) =>
      unwrap(client.POST('/api/v1/auth/email-verification/confirm', { body: { token } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['me'] }),
  });
}

export function useInvitationPreview(token: string | null) {
  const client = useClient();
  return useQuery({
    queryKey: ['invitation-preview', token],
    queryFn: ({ signal }) =>
      unwrap(client.POST('/api/v1/invitations/lookup', { body: { token: token ?? '' }, signal })),
    enabled: token !== null,
    staleTime: 60_000,
  });
}

export type Accepted =
  | { readonly kind: 'joined'; readonly organizationId: string }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'mail-sent' };

export function useAcceptInvitation() {
  const session = useSession();
  return useMutation({
    mutationFn: async (body: AcceptInvitationBody): Promise<Accepted> => {
      const answer = await unwrap(session.client.POST('/api/v1/invitations/accept', { body }));
      if ('confirmation' in answer) return { kind: 'mail-sent' };
      if ('accessToken' in answer) {
        session.adopt(answer.csrfToken);
        return { kind: 'signed-in' };
      }
      return { kind: 'joined', organizationId: answer.organization.id };
    },
  });
}
