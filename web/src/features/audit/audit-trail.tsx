import { UnstyledButton } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import type { AuditEvent } from '../../../../client/index.ts';
import { type Trail, useAuditEvents } from '../../api/audit.ts';
import type { AuditSearch } from '../../app/search-params.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { formatDate } from '../../shared/format.ts';
import { PagedRows } from '../../shared/paged-rows.tsx';
import { Row, RowAbout, Status } from '../../shared/rows.tsx';
import classes from './audit.module.css';
import { AuditFilters, type Person } from './audit-filters.tsx';
import { filterOf, isFiltered } from './audit-search.ts';
import { EventDrawer } from './event-drawer.tsx';
import { actionWords, actorWords, targetWords } from './event-words.ts';

interface Props {
  readonly trail: Trail;
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
  /** Whom the filter offers, and whose names are known. */
  readonly people: readonly Person[];
}

/** What was done, newest first; new events appear by themselves. */
export function AuditTrail(props: Props) {
  const { search } = props;
  const events = useAuditEvents(props.trail, filterOf(search));
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const names = new Map(props.people.map(({ id, name }) => [id, name]));
  return (
    <>
      <AuditFilters search={search} onSearch={props.onSearch} people={props.people} />
      <PagedRows
        query={events}
        name="events"
        className={classes.columns}
        empty={
          <EmptyState
            icon={<IconHistory />}
            title={isFiltered(search) ? 'No event matches' : 'Nothing was recorded yet'}
          >
            {isFiltered(search)
              ? 'Take a filter away, or widen the dates.'
              : 'Sign-ins, changes of settings and everything else that matters for security show here.'}
          </EmptyState>
        }
      >
        {(event) => <EventRow key={event.id} event={event} names={names} onOpen={() => setOpen(event)} />}
      </PagedRows>
      <EventDrawer event={open} names={names} onClose={() => setOpen(null)} />
    </>
  );
}

interface RowProps {
  readonly event: AuditEvent;
  readonly names: ReadonlyMap<string, string>;
  readonly onOpen: () => void;
}

function EventRow(props: RowProps) {
  const { event, names } = props;
  const target = targetWords(event.target, names);
  const meta = [
    `by ${actorWords(event.actor, names)}`,
    ...(target === undefined ? [] : [target]),
    ...(event.address === null ? [] : [event.address]),
  ].join(' · ');
  return (
    <Row data-event={event.action}>
      <RowAbout
        title={
          <UnstyledButton className={classes.open} onClick={props.onOpen} aria-haspopup="dialog">
            {actionWords(event.action)}
          </UnstyledButton>
        }
        meta={meta}
      />
      <Status tone={event.outcome === 'denied' ? 'bad' : 'good'}>
        {event.outcome === 'denied' ? 'Refused' : 'Done'}
      </Status>
      <time className={classes.time} dateTime={event.createdAt}>
        {formatDate(event.createdAt)}
      </time>
    </Row>
  );
}
