import { Button, Group, SegmentedControl } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { OutboxEntry } from '../../../../../client/index.ts';
import { useMail, useMailActions } from '../../../api/operator.ts';
import { MAIL_STATES } from '../../../app/search-params.ts';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { formatAgo } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { Row, RowAbout, Status, type Tone } from '../../../shared/rows.tsx';
import classes from '../operator.module.css';
import mailClasses from './mail.module.css';
import { MessageDialog } from './message-dialog.tsx';

const STATES: Readonly<Record<OutboxEntry['state'], readonly [words: string, tone: Tone]>> = {
  held: ['Held', 'warning'],
  queued: ['On its way', 'active'],
  sent: ['Sent', 'good'],
  failed: ['Given up', 'bad'],
};

const route = getRouteApi('/signed-in/operator/mail');

export function MailPage() {
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const mail = useMail(state === undefined ? {} : { state });
  return (
    <>
      <PageHeader
        title="Mail"
        lead="Without a mail server messages are held here: read one, and pass its link on to the person by hand."
      />
      <div className={`${classes.filters} ${classes.states}`}>
        <SegmentedControl
          aria-label="State"
          data={[
            { value: 'all', label: 'All' },
            ...MAIL_STATES.map((value) => ({ value, label: STATES[value][0] })),
          ]}
          value={state ?? 'all'}
          onChange={(value) => {
            const chosen = MAIL_STATES.find((candidate) => candidate === value);
            void navigate({ search: chosen === undefined ? {} : { state: chosen } });
          }}
        />
      </div>
      <PagedRows
        query={mail}
        name="messages"
        className={mailClasses.columns}
        empty={
          <EmptyState icon={<IconMail />} title="No message">
            {state === undefined
              ? 'Invitations, confirmations and new passwords go out by mail and show here.'
              : 'None is in this state.'}
          </EmptyState>
        }
      >
        {(message) => <MessageRow key={message.id} message={message} />}
      </PagedRows>
    </>
  );
}

function MessageRow(props: { message: OutboxEntry }) {
  const { message } = props;
  const { read, send } = useMailActions();
  const [words, tone] = STATES[message.state];
  const meta = [
    `to ${message.to}`,
    formatAgo(message.createdAt, Date.now()),
    ...(message.attempts > 1 ? [`${message.attempts} attempts`] : []),
    ...(message.reason === null ? [] : [message.reason]),
  ].join(' · ');
  return (
    <Row data-message={message.state}>
      <RowAbout title={message.subject} meta={meta} error={read.error ?? send.error} />
      <Status tone={tone}>{words}</Status>
      <Group gap="xs" justify="flex-end">
        {(message.state === 'held' || message.state === 'failed') && (
          <Button
            size="compact-md"
            variant="default"
            loading={send.isPending}
            aria-label={`Send to ${message.to}: ${message.subject}`}
            onClick={() => send.mutate(message.id)}
          >
            Send
          </Button>
        )}
        <Button
          size="compact-md"
          variant="default"
          loading={read.isPending}
          aria-label={`Read the message to ${message.to}: ${message.subject}`}
          onClick={() => read.mutate(message.id)}
        >
          Read
        </Button>
      </Group>
      {read.data !== undefined && <MessageDialog message={read.data} onClose={() => read.reset()} />}
    </Row>
  );
}
