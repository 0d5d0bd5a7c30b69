import { Drawer } from '@mantine/core';
import type { AuditEvent } from '../../../../client/index.ts';
import { formatDate } from '../../shared/format.ts';
import classes from './audit.module.css';
import { actionWords, actorWords, changesOf, shown, targetWords } from './event-words.ts';

interface Props {
  readonly event: AuditEvent | null;
  readonly names: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

/** One event whole: also its ids, what it changed, and the hash that ties it to the events before it. */
export function EventDrawer(props: Props) {
  const { event } = props;
  return (
    <Drawer
      opened={event !== null}
      onClose={props.onClose}
      position="right"
      size="lg"
      title={event === null ? '' : actionWords(event.action)}
    >
      {event !== null && (
        <>
          <Facts event={event} names={props.names} />
          <Changes event={event} />
          <Details details={event.details} />
        </>
      )}
    </Drawer>
  );
}

function Facts(props: { event: AuditEvent; names: ReadonlyMap<string, string> }) {
  const { event, names } = props;
  const { actor, target } = event;
  return (
    <dl className={classes.facts}>
      <dt>When</dt>
      <dd>
        {formatDate(event.createdAt)} <span className={classes.code}>{event.createdAt}</span>
      </dd>
      <dt>Who</dt>
      <dd>
        {actorWords(actor, names)} {actor.userId !== null && <Code>{actor.userId}</Code>}
      </dd>
      {actor.credentialId !== null && (
        <>
          <dt>{actor.kind === 'apiKey' ? 'API key' : 'Session'}</dt>
          <dd>
            <Code>{actor.credentialId}</Code>
          </dd>
        </>
      )}
      {target !== null && (
        <>
          <dt>On what</dt>
          <dd>
            {targetWords(target, names)} <Code>{target.id}</Code>
          </dd>
        </>
      )}
      <dt>Outcome</dt>
      <dd>{event.outcome === 'denied' ? 'Refused' : 'Done'}</dd>
      <dt>From</dt>
      <dd>{event.address ?? 'inside the server'}</dd>
      <dt>Action</dt>
      <dd>
        <Code>{event.action}</Code>
      </dd>
      <dt>Request</dt>
      <dd>
        <Code>{event.requestId}</Code>
      </dd>
      <dt>Place</dt>
      <dd>
        {event.sequence} <Code>{event.hash}</Code>
      </dd>
    </dl>
  );
}

function Code(props: { children: string }) {
  return <span className={classes.code}>{props.children}</span>;
}

function Changes(props: { event: AuditEvent }) {
  const changes = changesOf(props.event);
  if (changes.length === 0) return null;
  return (
    <>
      <h3 className={classes.subtitle}>What changed</h3>
      <table className={classes.changes}>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ name, before, after }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{before ?? '—'}</td>
              <td>{after ?? '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Details(props: { details: AuditEvent['details'] }) {
  const entries = Object.entries(props.details ?? {});
  if (entries.length === 0) return null;
  return (
    <>
      <h3 className={classes.subtitle}>More</h3>
      <dl className={classes.facts}>
        {entries.map(([name, value]) => (
          <div key={name} className={classes.pair}>
            <dt>{name}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
