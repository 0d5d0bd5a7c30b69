import { Drawer } from '@mantine/core';
import type { AuditEvent } from '../../../../client/index.ts';
import { Code, Facts } from '../../shared/facts.tsx';
import { formatDate, formatNumber } from '../../shared/format.ts';
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
          <About event={event} names={props.names} />
          <Changes event={event} />
          <Details details={event.details} />
        </>
      )}
    </Drawer>
  );
}

function About(props: { event: AuditEvent; names: ReadonlyMap<string, string> }) {
  const { event, names } = props;
  const { actor, target } = event;
  const credential = actor.kind === 'apiKey' ? 'API key' : 'Session';
  return (
    <Facts
      facts={[
        ['When', <Named key="when" words={formatDate(event.createdAt)} code={event.createdAt} />],
        ['Who', <Named key="who" words={actorWords(actor, names)} code={actor.userId} />],
        ...(actor.credentialId === null
          ? []
          : [[credential, <Code key="credential">{actor.credentialId}</Code>] as const]),
        ...(target === null
          ? []
          : [
              [
                'On what',
                <Named key="target" words={targetWords(target, names) ?? ''} code={target.id} />,
              ] as const,
            ]),
        ['Outcome', event.outcome === 'denied' ? 'Refused' : 'Done'],
        ['From', event.address ?? 'inside the server'],
        ['Action', <Code key="action">{event.action}</Code>],
        ['Request', <Code key="request">{event.requestId}</Code>],
        ['Place', <Named key="place" words={formatNumber(event.sequence)} code={event.hash} />],
      ]}
    />
  );
}

/** For people, and exactly. */
function Named(props: { words: string; code: string | null }) {
  return (
    <>
      {props.words} {props.code !== null && <Code>{props.code}</Code>}
    </>
  );
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
      <Facts facts={entries.map(([name, value]) => [name, shown(value)])} />
    </>
  );
}
