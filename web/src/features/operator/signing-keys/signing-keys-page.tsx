import { Button } from '@mantine/core';
import { useState } from 'react';
import type { SigningKey } from '../../../../../client/index.ts';
import { useSigningKeys } from '../../../api/operator.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { ErrorState } from '../../../shared/error-state.tsx';
import { Code } from '../../../shared/facts.tsx';
import { formatDate } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { Row, RowAbout, Rows, Status, type Tone } from '../../../shared/rows.tsx';
import { Waiting } from '../../../shared/waiting.tsx';
import classes from '../operator.module.css';

const STATES: Readonly<Record<SigningKey['status'], readonly [words: string, tone: Tone]>> = {
  next: ['Next', 'active'],
  signing: ['Signs', 'good'],
  retired: ['Retired', 'idle'],
  ended: ['Ended', 'idle'],
};

const FROM: Readonly<Record<SigningKey['status'], string>> = {
  next: 'signs from',
  signing: 'signs since',
  retired: 'signed from',
  ended: 'signed from',
};

type Asked = 'rotate' | 'end-sessions' | null;

export function SigningKeysPage() {
  const { keys, rotate } = useSigningKeys();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => {
    rotate.reset();
    setAsked(null);
  };
  return (
    <>
      <PageHeader
        title="Signing keys"
        lead="They sign the tokens by which people and programs are known. Other servers read the public halves."
        actions={
          <>
            <Button variant="default" onClick={() => setAsked('rotate')}>
              Make the next key
            </Button>
            <Button color="rubric" variant="light" onClick={() => setAsked('end-sessions')}>
              End all sessions…
            </Button>
          </>
        }
      />
      {keys.isPending && <Waiting label="Loading the signing keys" rowHeight={62} />}
      {keys.isError && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data !== undefined && (
        <Rows label="Signing keys" className={classes.columns}>
          {keys.data.map((key) => (
            <KeyRow key={key.id} signingKey={key} />
          ))}
        </Rows>
      )}
      <Confirm
        opened={asked === 'rotate'}
        title="Make the next signing key?"
        act="Make it"
        pending={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate(false, { onSuccess: close })}
        onClose={close}
      >
        It is published now and signs in ten minutes. Nobody notices: tokens of the old key hold until they
        end.
      </Confirm>
      <Confirm
        opened={asked === 'end-sessions'}
        title="End the sessions of everybody?"
        act="End all sessions"
        phrase="end all sessions"
        pending={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate(true, { onSuccess: close })}
        onClose={close}
      >
        For when a key may have been stolen. A new key signs at once, no older token is accepted, and
        everybody signs in again, you too. API keys go on.
      </Confirm>
    </>
  );
}

function KeyRow(props: { signingKey: SigningKey }) {
  const { id, status, usable, activeFrom, retiredAt, expiresAt } = props.signingKey;
  const [words, tone] = STATES[status];
  const meta = [
    `${FROM[status]} ${formatDate(activeFrom)}`,
    ...(retiredAt === null ? [] : [`until ${formatDate(retiredAt)}`]),
    ...(expiresAt === null ? [] : [`accepted until ${formatDate(expiresAt)}`]),
    ...(usable ? [] : ['made under another secret key of the server: it does not open']),
  ].join(' · ');
  return (
    <Row data-key={status}>
      <RowAbout title={<Code>{id}</Code>} meta={meta} />
      <Status tone={usable ? tone : 'bad'}>{words}</Status>
    </Row>
  );
}
