import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readAuditSearch } from '../search-params.ts';
import { signedInRoute } from './frame.ts';

const organizationRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/organization',
  component: lazyRouteComponent(
    () => import('../../features/organization/organization-layout.tsx'),
    'OrganizationLayout',
  ),
});

const generalRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/',
  component: lazyRouteComponent(
    () => import('../../features/organization/general/general-page.tsx'),
    'GeneralPage',
  ),
});

const membersRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/members',
  component: lazyRouteComponent(
    () => import('../../features/organization/members/members-page.tsx'),
    'MembersPage',
  ),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/api-keys',
  component: lazyRouteComponent(
    () => import('../../features/organization/api-keys/api-keys-page.tsx'),
    'ApiKeysPage',
  ),
});

const accessRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/access',
  component: lazyRouteComponent(
    () => import('../../features/organization/access/access-page.tsx'),
    'AccessPage',
  ),
});

const auditRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(
    () => import('../../features/organization/audit/audit-page.tsx'),
    'AuditPage',
  ),
});

const usageRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/usage',
  component: lazyRouteComponent(
    () => import('../../features/organization/usage/usage-page.tsx'),
    'UsagePage',
  ),
});

/** What concerns the organization as a whole. */
export const organizationRoutes = organizationRoute.addChildren([
  generalRoute,
  membersRoute,
  apiKeysRoute,
  accessRoute,
  auditRoute,
  usageRoute,
]);
