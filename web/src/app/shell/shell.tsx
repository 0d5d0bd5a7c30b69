import { useHotkeys } from '@mantine/hooks';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useFollowOrganization, useMe } from '../../api/identity.ts';
import { AskProvider } from '../../features/ask/ask-context.tsx';
import { UploadProvider } from '../../features/upload/upload-context.tsx';
import { MaintenanceNotice } from '../../shared/maintenance-notice.tsx';
import { Refused } from '../../shared/refused.tsx';
import { focusSearchField } from '../../shared/search-field.tsx';
import { OVERLAYS_ID } from '../../theme/theme.ts';
import { CommandPaletteTrigger } from './command-palette-trigger.tsx';
import { Masthead, Sidebar, TabBar } from './navigation.tsx';
import { isBeyond } from './places.ts';
import classes from './shell.module.css';

const UploadSurface = lazy(() =>
  import('../../features/upload/upload-surface.tsx').then((module) => ({ default: module.UploadSurface })),
);

/** The frame of every signed-in page. */
export function Shell() {
  const navigate = useNavigate();
  useFollowOrganization();
  useHotkeys([
    [
      '/',
      () => {
        if (!focusSearchField()) void navigate({ to: '/search' });
      },
    ],
  ]);

  return (
    <Providers>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <div className={classes.frame}>
        <Masthead />
        <Sidebar />
        <MaintenanceNotice className={classes.banner} />
        <main id="main" className={classes.main} tabIndex={-1}>
          <Content />
          <Suspense>
            <UploadSurface />
          </Suspense>
          <div id={OVERLAYS_ID} />
        </main>
        <TabBar />
      </div>
      <CommandPaletteTrigger />
    </Providers>
  );
}

function Content() {
  const { role } = useMe().organization;
  const beyond = useLocation({ select: ({ pathname }) => isBeyond(pathname, role) });
  return beyond ? <Refused who="Guests see only what is shared with them." /> : <Outlet />;
}

/** What goes on while the reader moves from page to page: uploads, and an answer that is being written. */
function Providers(props: { children: ReactNode }) {
  return (
    <UploadProvider>
      <AskProvider>{props.children}</AskProvider>
    </UploadProvider>
  );
}
