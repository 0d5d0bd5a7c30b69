import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ProblemError } from '../../../../client/index.ts';
import { meQuery } from '../../api/identity.ts';
import type { Session } from '../../api/session.ts';
import { FrameError } from '../route-states.tsx';

export interface RouterContext {
  readonly session: Session;
  readonly queries: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet });

/** What still works for the admins of an organization that is closed and waits for its deletion. */
const OPEN_WHILE_CLOSED = /^\/(organization|operator)(\/|$)/;

/** Everything that needs somebody signed in. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const me = await context.queries.ensureQueryData(meQuery(context.session)).catch((error: unknown) => {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
    });
    if (me.organization.closedAt !== null && !OPEN_WHILE_CLOSED.test(location.pathname))
      throw redirect({ to: '/organization' });
  },
  component: lazyRouteComponent(() => import('../shell/shell.tsx'), 'Shell'),
  errorComponent: FrameError,
});
