import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ProblemError } from '../../../client/index.ts';
import type { Session } from '../api/session.ts';
import { SessionProvider } from '../api/session-context.tsx';
import { cssVariables, theme } from '../theme/theme.ts';
import { createConsoleRouter } from './router.tsx';
import { takeStyleNonce } from './style-nonce.ts';

/** The one place where people get on whom their organization asks for a second factor that they do not have. */
const SECOND_FACTOR = '/profile/second-factor';

export function App(props: { session: Session }) {
  const { session } = props;
  const [nonce] = useState(takeStyleNonce);
  const [queries] = useState(createQueries);
  const [router] = useState(() => createConsoleRouter({ session, queries }));

  useEffect(
    () =>
      session.onLost(() => {
        queries.removeQueries({ queryKey: ['me'] });
        // The signed-in part loads who is signed in, finds nobody, and hands over to the sign-in page.
        void router.invalidate();
      }),
    [session, queries, router],
  );

  useEffect(
    () =>
      session.onSecondFactorMissing(() => {
        if (router.state.location.pathname === SECOND_FACTOR) return;
        // Whoever got the second factor meanwhile, or works in another organization now, is known anew.
        queries.removeQueries({ queryKey: ['second-factor'] });
        void router.navigate({ to: SECOND_FACTOR });
      }),
    [session, queries, router],
  );

  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <SessionProvider session={session}>
        <QueryClientProvider client={queries}>
          <Notifications position="top-right" />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </SessionProvider>
    </MantineProvider>
  );
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        retry: (count, error) => count < 2 && mayPass(error),
      },
    },
  });
}

/** Whether the same call may succeed a moment later. */
function mayPass(error: Error): boolean {
  return (
    !(error instanceof ProblemError) || error.status === 0 || error.status === 429 || error.status >= 500
  );
}
