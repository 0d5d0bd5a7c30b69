import { Alert } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import type { AuditVerification } from '../../../../client/index.ts';
import { Code } from '../../shared/facts.tsx';
import { formatNumber, plural } from '../../shared/format.ts';
import classes from './audit.module.css';

type Reason = NonNullable<AuditVerification['broken']>['reason'];

const REASONS: Readonly<Record<Reason, string>> = {
  changed: 'it is not the one that was recorded',
  missing: 'it is not there',
  unlinked: 'it does not continue from the one before it',
  unrecorded: 'it stands where none was recorded',
  end_forged: 'where the trail begins and ends was not written by this server',
  unknown_key: 'it was recorded under another secret key of the server',
};

/** Whether the trail is as it was recorded, and if not, from where on. */
export function Verification(props: { result: AuditVerification }) {
  const { result } = props;
  if (result.broken !== null) {
    const { sequence, reason } = result.broken;
    return (
      <Alert
        className={classes.verified}
        color="rubric"
        variant="light"
        role="alert"
        icon={<IconShieldX />}
        title="Somebody changed this trail"
      >
        Event {formatNumber(sequence)}: {REASONS[reason]}. The {plural(result.events, 'event')} before it are
        whole. Tell the operator of this server, and keep a copy of what is here.
      </Alert>
    );
  }
  return (
    <Alert
      className={classes.verified}
      variant="light"
      role="status"
      icon={<IconShieldCheck />}
      title="The trail is whole"
    >
      {plural(result.events, 'event')} verified
      {result.removedUntil > 0 &&
        `; older ones, up to ${formatNumber(result.removedUntil)}, were kept long enough`}
      .{result.lastHash !== null && <LastHash sequence={result.lastSequence} hash={result.lastHash} />}
    </Alert>
  );
}

function LastHash(props: { sequence: number; hash: string }) {
  return (
    <>
      {' '}
      Keep this elsewhere: later, event {formatNumber(props.sequence)} must still have the hash{' '}
      <Code>{props.hash}</Code>.
    </>
  );
}
