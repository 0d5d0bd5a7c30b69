import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { signedInRoute } from './frame.ts';

const profileRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('../../features/profile/profile-layout.tsx'), 'ProfileLayout'),
});

const accountRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: '/',
  component: lazyRouteComponent(
    () => import('../../features/profile/account/account-page.tsx'),
    'AccountPage',
  ),
});

const waysInRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: '/ways-in',
  component: lazyRouteComponent(
    () => import('../../features/profile/ways-in/ways-in-page.tsx'),
    'WaysInPage',
  ),
});

const secondFactorRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: '/second-factor',
  component: lazyRouteComponent(
    () => import('../../features/profile/second-factor/second-factor-page.tsx'),
    'SecondFactorPage',
  ),
});

const sessionsRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: '/sessions',
  component: lazyRouteComponent(
    () => import('../../features/profile/sessions/sessions-page.tsx'),
    'SessionsPage',
  ),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: '/api-keys',
  component: lazyRouteComponent(
    () => import('../../features/profile/api-keys/api-keys-page.tsx'),
    'OwnApiKeysPage',
  ),
});

/** What concerns oneself. */
export const profileRoutes = profileRoute.addChildren([
  accountRoute,
  waysInRoute,
  secondFactorRoute,
  sessionsRoute,
  apiKeysRoute,
]);
