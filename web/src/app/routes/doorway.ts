import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSignInPageSearch, readSignInSearch } from '../search-params.ts';
import { rootRoute } from './frame.ts';

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: readSignInPageSearch,
  component: lazyRouteComponent(() => import('../../features/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/register',
  validateSearch: readSignInSearch,
  component: lazyRouteComponent(() => import('../../features/sign-in/register-page.tsx'), 'RegisterPage'),
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(
    () => import('../../features/sign-in/reset-password-page.tsx'),
    'ResetPasswordPage',
  ),
});

const verifyEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/verify-email',
  component: lazyRouteComponent(
    () => import('../../features/sign-in/verify-email-page.tsx'),
    'VerifyEmailPage',
  ),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../../features/sign-in/invitation-page.tsx'), 'InvitationPage'),
});

/** Before anybody is signed in: the ways in, and where links in mails lead. */
export const doorwayRoutes = [
  signInRoute,
  registerRoute,
  resetPasswordRoute,
  verifyEmailRoute,
  invitationRoute,
] as const;
