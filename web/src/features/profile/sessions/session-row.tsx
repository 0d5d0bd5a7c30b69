import { Button } from '@mantine/core';
import type { OwnSession } from '../../../../../client/index.ts';
import { useSessionActions } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { formatAgo } from '../../../shared/format.ts';
import { Row, RowAbout, Status } from '../../../shared/rows.tsx';

const METHODS: Readonly<Record<OwnSession['method'], string>> = {
  registration: 'when the account was made',
  password: 'by password',
  link: 'by link',
  sso: 'by an identity provider',
};

export function SessionRow(props: { session: OwnSession }) {
  const { session } = props;
  const { organizations } = useMe();
  const { end } = useSessionActions();
  const organization = organizations.find(({ id }) => id === session.organizationId);
  const device = session.device ?? 'Unknown device';
  const meta = [
    `last seen ${formatAgo(session.lastSeenAt, Date.now())}`,
    ...(session.address === null ? [] : [`from ${session.address}`]),
    `signed in ${METHODS[session.method]}`,
    ...(organization === undefined ? [] : [`in ${organization.name}`]),
  ].join(' · ');
  return (
    <Row data-session={session.current ? 'current' : 'other'}>
      <RowAbout title={device} meta={meta} error={end.error} />
      {session.current ? (
        <Status tone="good">This one</Status>
      ) : (
        <Button
          size="compact-md"
          variant="default"
          aria-label={`End the sign-in of ${device}`}
          loading={end.isPending}
          onClick={() => end.mutate(session.id)}
        >
          End
        </Button>
      )}
    </Row>
  );
}
