import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import {
  readAuditSearch,
  readMailSearch,
  readOrganizationsSearch,
  readUsersSearch,
} from '../search-params.ts';
import { signedInRoute } from './frame.ts';

const operatorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/operator',
  component: lazyRouteComponent(
    () => import('../../features/operator/operator-layout.tsx'),
    'OperatorLayout',
  ),
});

const overviewRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/',
  component: lazyRouteComponent(
    () => import('../../features/operator/overview/overview-page.tsx'),
    'OverviewPage',
  ),
});

const organizationsRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/organizations',
  validateSearch: readOrganizationsSearch,
  component: lazyRouteComponent(
    () => import('../../features/operator/organizations/organizations-page.tsx'),
    'OrganizationsPage',
  ),
});

const usersRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/users',
  validateSearch: readUsersSearch,
  component: lazyRouteComponent(() => import('../../features/operator/users/users-page.tsx'), 'UsersPage'),
});

const providersRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/identity-providers',
  component: lazyRouteComponent(
    () => import('../../features/operator/providers/providers-page.tsx'),
    'ProvidersPage',
  ),
});

const mailRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/mail',
  validateSearch: readMailSearch,
  component: lazyRouteComponent(() => import('../../features/operator/mail/mail-page.tsx'), 'MailPage'),
});

const switchesRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/switches',
  component: lazyRouteComponent(
    () => import('../../features/operator/switches/switches-page.tsx'),
    'SwitchesPage',
  ),
});

const auditRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(
    () => import('../../features/operator/audit/instance-audit-page.tsx'),
    'InstanceAuditPage',
  ),
});

const keysRoute = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/signing-keys',
  component: lazyRouteComponent(
    () => import('../../features/operator/signing-keys/signing-keys-page.tsx'),
    'SigningKeysPage',
  ),
});

/** What concerns the whole instance; for operators. */
export const operatorRoutes = operatorRoute.addChildren([
  overviewRoute,
  organizationsRoute,
  usersRoute,
  providersRoute,
  mailRoute,
  switchesRoute,
  auditRoute,
  keysRoute,
]);
