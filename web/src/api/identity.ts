import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type LoginBody, type Me, type RegisterBody, type SignedIn, unwrap } from '../../../client/index.ts';
import { isAtLeast, type Role } from '../shared/roles.ts';
import type { Session } from './session.ts';
import { useSession } from './session-context.tsx';

export function meQuery(session: Session) {
  return queryOptions({
    queryKey: ['me'],
    queryFn: async ({ signal }): Promise<Me> => {
      const me = await unwrap(session.client.GET('/api/v1/auth/me', { signal }));
      session.adopt(me.csrfToken);
      return me;
    },
    staleTime: 5 * 60_000,
    retry: false,
  });
}

/** Who is signed in; only below the signed-in part of the console, where it has been loaded. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery(useSession())).data;
}

/** Whether who is signed in may do here what is for `minimum` and up; the server asks again. */
export function useIsAtLeast(minimum: Role): boolean {
  return isAtLeast(useMe().organization.role, minimum);
}

export type Credentials =
  | { readonly kind: 'password'; readonly body: LoginBody }
  | { readonly kind: 'second-factor'; readonly challenge: string; readonly proof: SecondFactorProof }
  | { readonly kind: 'link'; readonly token: string }
  | { readonly kind: 'register'; readonly body: RegisterBody }
  | { readonly kind: 'registered'; readonly token: string; readonly password: string };

/** What an authenticator shows now, or one of the codes that stand for it. */
export type SecondFactorProof = { readonly code: string } | { readonly recoveryCode: string };

/** Signs in by any of these ways and makes the new session current; null where a mail says how a registration goes on. */
export function useSignIn() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => exchange(session, credentials),
    onSuccess: (signedIn) => {
      if (signedIn === null) return;
      session.adopt(signedIn.csrfToken);
      queries.clear();
    },
  });
}

async function exchange(session: Session, credentials: Credentials): Promise<SignedIn | null> {
  const { client } = session;
  switch (credentials.kind) {
    case 'password':
      return unwrap(client.POST('/api/v1/auth/login', { body: credentials.body }));
    case 'second-factor': {
      const body = { challenge: credentials.challenge, ...credentials.proof };
      return unwrap(client.POST('/api/v1/auth/login/second-factor', { body }));
    }
    case 'link':
      return unwrap(client.POST('/api/v1/auth/sign-in-link', { body: { token: credentials.token } }));
    case 'register': {
      const answer = await unwrap(client.POST('/api/v1/auth/register', { body: credentials.body }));
      return 'status' in answer ? null : answer;
    }
    case 'registered': {
      const { token, password } = credentials;
      return unwrap(client.POST('/api/v1/auth/register/confirm', { body: { token, password } }));
    }
  }
}

export function useSignOut() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await unwrap(session.client.POST('/api/v1/auth/logout', { body: null }));
    },
    onSuccess: () => {
      session.adopt(null);
      queries.clear();
    },
  });
}

/** The other tabs of this browser, which share its cookies. */
const TABS = 'scriptorium.organization';

/**
 * Goes on in another organization, from its start. The page is loaded anew, here and in the other tabs: nothing of the one
 * organization may be shown, uploaded or asked in the other.
 */
export function useEnterOrganization() {
  const session = useSession();
  return useMutation({
    mutationFn: (organizationId: string) =>
      unwrap(session.client.POST('/api/v1/auth/organization', { body: { organizationId } })),
    onSuccess: () => {
      const tabs = new BroadcastChannel(TABS);
      tabs.postMessage('changed');
      tabs.close();
      startAnew();
    },
  });
}

/** Starts this tab anew when another one goes on in another organization. */
export function useFollowOrganization() {
  useEffect(() => {
    const tabs = new BroadcastChannel(TABS);
    tabs.addEventListener('message', startAnew);
    return () => tabs.close();
  }, []);
}

function startAnew() {
  window.location.assign('/');
}
