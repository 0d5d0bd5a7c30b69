import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { PageLoading } from '../shared/page-loading.tsx';
import { RouteError, RouteNotFound } from './route-states.tsx';
import { doorwayRoutes } from './routes/doorway.ts';
import { type RouterContext, rootRoute, signedInRoute } from './routes/frame.ts';
import { operatorRoutes } from './routes/operator.ts';
import { organizationRoutes } from './routes/organization.ts';
import { profileRoutes } from './routes/profile.ts';
import {
  parseSearch,
  readAskSearch,
  readLibrarySearch,
  readReaderSearch,
  readSearchSearch,
  readTasksSearch,
  stringifySearch,
} from './search-params.ts';

export const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
});

export const libraryRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/library',
  validateSearch: readLibrarySearch,
  component: lazyRouteComponent(() => import('../features/library/library-page.tsx'), 'LibraryPage'),
});

export const readerRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/library/$sourceId',
  validateSearch: readReaderSearch,
  component: lazyRouteComponent(() => import('../features/reader/reader-page.tsx'), 'ReaderPage'),
});

export const searchRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/search',
  validateSearch: readSearchSearch,
  component: lazyRouteComponent(() => import('../features/search/search-page.tsx'), 'SearchPage'),
});

export const askRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/ask',
  validateSearch: readAskSearch,
  component: lazyRouteComponent(() => import('../features/ask/ask-page.tsx'), 'AskPage'),
});

export const tasksRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tasks',
  validateSearch: readTasksSearch,
  component: lazyRouteComponent(() => import('../features/tasks/tasks-page.tsx'), 'TasksPage'),
});

export const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

const routeTree = rootRoute.addChildren([
  ...doorwayRoutes,
  signedInRoute.addChildren([
    homeRoute,
    libraryRoute,
    readerRoute,
    searchRoute,
    askRoute,
    tasksRoute,
    settingsRoute,
    organizationRoutes,
    operatorRoutes,
    profileRoutes,
  ]),
]);

export function createConsoleRouter(context: RouterContext) {
  return createRouter({
    routeTree,
    context,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: PageLoading,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: RouteNotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
