import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useOwnSessions, useSessionActions } from '../../../api/account.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { ErrorState } from '../../../shared/error-state.tsx';
import { PageHeader } from '../../../shared/page-header.tsx';
import { Rows } from '../../../shared/rows.tsx';
import { Waiting } from '../../../shared/waiting.tsx';
import { RecentActivity } from './recent-activity.tsx';
import { SessionRow } from './session-row.tsx';

export function SessionsPage() {
  const sessions = useOwnSessions();
  const { endOthers } = useSessionActions();
  const [asking, ask] = useDisclosure();
  const items = sessions.data ?? [];
  // An identity provider that opens not everything is not told what happens elsewhere.
  const current = items.find((session) => session.current);
  const close = () => {
    endOthers.reset();
    ask.close();
  };
  return (
    <>
      <PageHeader
        title="Devices"
        lead="Where you are signed in. End what you do not know, then set a new password."
        actions={
          items.length > 1 && (
            <Button variant="default" onClick={ask.open}>
              End all others…
            </Button>
          )
        }
      />
      {sessions.isPending && <Waiting label="Loading your sign-ins" rowHeight={72} />}
      {sessions.isError && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {items.length > 0 && (
        <Rows label="Sign-ins">
          {items.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </Rows>
      )}
      {current !== undefined && current.method !== 'sso' && <RecentActivity />}
      <Confirm
        opened={asking}
        title="End all other sign-ins?"
        act="End them"
        pending={endOthers.isPending}
        error={endOthers.error}
        onConfirm={() => endOthers.mutate(undefined, { onSuccess: close })}
        onClose={close}
      >
        Every other browser and program that you have signed in has to sign in again. This one goes on, and
        API keys do too.
      </Confirm>
    </>
  );
}
