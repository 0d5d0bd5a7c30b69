import { Button, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import type { InstanceUser } from '../../../../../client/index.ts';
import { useMe } from '../../../api/identity.ts';
import { useInstanceUserActions } from '../../../api/operator.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { formatDate } from '../../../shared/format.ts';
import { SecretOnce } from '../../../shared/secret-once.tsx';
import classes from '../operator.module.css';

const ACTS = ['disable', 'mark', 'unmark', 'second-factor', 'delete'] as const;
type Act = (typeof ACTS)[number];

interface Question {
  readonly title: string;
  readonly act: string;
  readonly words: string;
}

function questionOf(act: Act, name: string): Question {
  switch (act) {
    case 'disable':
      return {
        title: `Disable the account of ${name}?`,
        act: 'Disable',
        words:
          'They are signed out everywhere and do not get in again, by no way, until you enable the account. Their API keys are dead meanwhile.',
      };
    case 'mark':
      return {
        title: `Make ${name} an operator?`,
        act: 'Make operator',
        words: 'They may do all that you may here: with accounts, organizations and the whole instance.',
      };
    case 'unmark':
      return {
        title: `Take the operator mark from ${name}?`,
        act: 'Take it',
        words: 'These pages are closed to them from their next click on. Their account stays.',
      };
    case 'second-factor':
      return {
        title: `Take the second factor of ${name} away?`,
        act: 'Take it away',
        words:
          'Only if you are sure who asks: with their password alone somebody gets in then. They can set up a new one.',
      };
    case 'delete':
      return {
        title: `Delete the account of ${name}?`,
        act: 'Delete',
        words:
          'The account goes for good. What they made in organizations stays there. The last administrator of an organization cannot be deleted.',
      };
  }
}

/** Nobody disables, unmarks or deletes their own account here: another operator has to. */
export function UserActs(props: { user: InstanceUser; onDeleted: () => void }) {
  const { user } = props;
  const { change, makeSignInLink, removeSecondFactor, remove } = useInstanceUserActions(user.id);
  const [asked, setAsked] = useState<Act | null>(null);
  const self = useMe().user.id === user.id;
  const question = questionOf(asked ?? 'disable', user.name);
  const close = () => {
    setAsked(null);
    change.reset();
    removeSecondFactor.reset();
    remove.reset();
  };
  const run: Readonly<Record<Act, () => void>> = {
    disable: () => change.mutate({ disabled: true }, { onSuccess: close }),
    mark: () => change.mutate({ operator: true }, { onSuccess: close }),
    unmark: () => change.mutate({ operator: false }, { onSuccess: close }),
    'second-factor': () => removeSecondFactor.mutate(undefined, { onSuccess: close }),
    delete: () => remove.mutate(undefined, { onSuccess: props.onDeleted }),
  };

  if (self) return <Text>This is your own account: another operator has to change it.</Text>;
  return (
    <>
      {asked === null && <FormError error={change.error ?? makeSignInLink.error} />}
      <div className={classes.acts}>
        {user.disabledAt === null ? (
          <>
            <Button
              variant="default"
              loading={makeSignInLink.isPending}
              onClick={() => makeSignInLink.mutate()}
            >
              Make a sign-in link
            </Button>
            <Button variant="default" onClick={() => setAsked('second-factor')}>
              Take the second factor away…
            </Button>
            <Button variant="default" onClick={() => setAsked(user.operator ? 'unmark' : 'mark')}>
              {user.operator ? 'Take the operator mark…' : 'Make operator…'}
            </Button>
            <Button color="rubric" variant="light" onClick={() => setAsked('disable')}>
              Disable…
            </Button>
          </>
        ) : (
          <Button loading={change.isPending} onClick={() => change.mutate({ disabled: false })}>
            Enable again
          </Button>
        )}
        <Button color="rubric" variant="light" onClick={() => setAsked('delete')}>
          Delete…
        </Button>
      </div>
      <Confirm
        opened={asked !== null}
        title={question.title}
        act={question.act}
        pending={change.isPending || removeSecondFactor.isPending || remove.isPending}
        error={change.error ?? removeSecondFactor.error ?? remove.error}
        onConfirm={() => asked !== null && run[asked]()}
        onClose={close}
      >
        {question.words}
      </Confirm>
      <Modal
        opened={makeSignInLink.data !== undefined}
        onClose={() => makeSignInLink.reset()}
        title="The sign-in link is made"
        centered
      >
        {makeSignInLink.data !== undefined && (
          <SecretOnce
            label="Sign-in link"
            value={`${window.location.origin}/sign-in#token=${makeSignInLink.data.token}`}
          >
            Whoever opens it is {user.name}: pass it on to them and nobody else. It works once, until{' '}
            {formatDate(makeSignInLink.data.expiresAt)}, and is not shown again.
          </SecretOnce>
        )}
      </Modal>
    </>
  );
}
