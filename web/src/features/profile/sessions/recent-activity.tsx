import type { AccountEvent } from '../../../../../client/index.ts';
import { useAccountEvents } from '../../../api/account.ts';
import { ErrorState } from '../../../shared/error-state.tsx';
import { formatAgo } from '../../../shared/format.ts';
import { Row, RowAbout, Rows, Status } from '../../../shared/rows.tsx';
import { actionWords } from '../../audit/event-words.ts';
import classes from '../profile.module.css';

const BY: Readonly<Record<AccountEvent['by'], string>> = {
  you: 'by you',
  operator: 'by an operator of the server',
  product: 'by the server itself',
  unknown: 'by somebody not signed in',
};

/** The newest events of the account: who knows them all needs no other look. */
export function RecentActivity() {
  const events = useAccountEvents();
  const items = events.data ?? [];
  return (
    <section aria-labelledby="recent-activity">
      <h2 id="recent-activity" className={classes.fact}>
        Recent activity
      </h2>
      {events.isError && <ErrorState error={events.error} onRetry={() => void events.refetch()} />}
      {items.length > 0 && (
        <Rows label="Recent activity">
          {items.map((event) => (
            <ActivityRow key={event.id} event={event} />
          ))}
        </Rows>
      )}
    </section>
  );
}

function ActivityRow({ event }: { event: AccountEvent }) {
  const meta = [
    formatAgo(event.occurredAt, Date.now()),
    BY[event.by],
    ...(event.address === null ? [] : [`from ${event.address}`]),
  ].join(' · ');
  return (
    <Row>
      <RowAbout title={actionWords(event.action)} meta={meta} />
      {event.outcome === 'denied' && <Status tone="bad">Refused</Status>}
    </Row>
  );
}
