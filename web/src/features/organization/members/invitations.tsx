import { Button, Group } from '@mantine/core';
import { IconMailForward } from '@tabler/icons-react';
import { useState } from 'react';
import type { Invitation } from '../../../../../client/index.ts';
import { useInvitationActions, useInvitations, useMembers } from '../../../api/organization.ts';
import { itemsOf } from '../../../api/pages.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { formatAgo, formatDate } from '../../../shared/format.ts';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { roleName } from '../../../shared/roles.ts';
import { Row, RowAbout, Status, type Tone } from '../../../shared/rows.tsx';
import classes from './members.module.css';

const STATES: Readonly<Record<Invitation['state'], readonly [words: string, tone: Tone]>> = {
  open: ['Open', 'active'],
  expired: ['Expired', 'warning'],
  accepted: ['Accepted', 'good'],
  revoked: ['Revoked', 'idle'],
};

export function Invitations(props: { mayInvite: boolean; onInvite: () => void }) {
  const invitations = useInvitations();
  const members = useMembers();
  const names = new Map(itemsOf(members.data).map(({ id, name }) => [id, name]));
  const [doomed, setDoomed] = useState<Invitation | null>(null);
  return (
    <section aria-labelledby="invitations">
      <h2 id="invitations" className={classes.heading}>
        Invitations
      </h2>
      <PagedRows
        query={invitations}
        name="invitations"
        className={classes.invitations}
        empty={
          <EmptyState
            icon={<IconMailForward />}
            title="Nobody is invited"
            action={
              props.mayInvite && (
                <Button variant="light" onClick={props.onInvite}>
                  Invite somebody
                </Button>
              )
            }
          >
            {props.mayInvite
              ? 'Send a mail, or make a link to pass on yourself.'
              : 'Invitations are switched off here.'}
          </EmptyState>
        }
      >
        {(invitation) => (
          <InvitationRow
            key={invitation.id}
            invitation={invitation}
            acceptedBy={names.get(invitation.acceptedBy ?? '')}
            mayInvite={props.mayInvite}
            onRevoke={() => setDoomed(invitation)}
          />
        )}
      </PagedRows>
      <RevokeInvitation invitation={doomed} onClose={() => setDoomed(null)} />
    </section>
  );
}

interface RowProps {
  readonly invitation: Invitation;
  /** Undefined also where they have left since. */
  readonly acceptedBy: string | undefined;
  readonly mayInvite: boolean;
  readonly onRevoke: () => void;
}

function InvitationRow(props: RowProps) {
  const { invitation, acceptedBy } = props;
  const { resend } = useInvitationActions();
  const [words, tone] = STATES[invitation.state];
  const who = nameOf(invitation);
  const pending = invitation.state === 'open' || invitation.state === 'expired';
  return (
    <Row data-invitation={invitation.state}>
      <RowAbout title={who} meta={metaOf(invitation, acceptedBy)} error={resend.error} />
      <Status tone={tone}>{words}</Status>
      <Group gap="xs" justify="flex-end">
        {pending && invitation.email !== null && props.mayInvite && (
          <Button
            size="compact-md"
            variant="default"
            loading={resend.isPending}
            aria-label={`Send again to ${who}`}
            onClick={() => resend.mutate(invitation.id)}
          >
            Send again
          </Button>
        )}
        {invitation.state === 'open' && (
          <Button
            size="compact-md"
            variant="default"
            aria-label={`Revoke the invitation: ${who}`}
            onClick={props.onRevoke}
          >
            Revoke
          </Button>
        )}
      </Group>
    </Row>
  );
}

function RevokeInvitation(props: { invitation: Invitation | null; onClose: () => void }) {
  const { revoke } = useInvitationActions();
  const { invitation, onClose } = props;
  const close = () => {
    revoke.reset();
    onClose();
  };
  return (
    <Confirm
      opened={invitation !== null}
      title="Revoke this invitation?"
      act="Revoke"
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => invitation !== null && revoke.mutate(invitation.id, { onSuccess: close })}
      onClose={close}
    >
      Its link opens nothing any more. Who has accepted already stays.
    </Confirm>
  );
}

function nameOf(invitation: Invitation): string {
  return invitation.email ?? 'By link, for one person';
}

function metaOf(invitation: Invitation, acceptedBy: string | undefined): string {
  return [
    roleName(invitation.role),
    `${invitation.email === null ? 'made' : 'sent'} ${formatAgo(invitation.sentAt, Date.now())}`,
    ...(acceptedBy === undefined ? [] : [`accepted by ${acceptedBy}`]),
    ...(invitation.state === 'open' ? [`good until ${formatDate(invitation.expiresAt)}`] : []),
  ].join(' · ');
}
