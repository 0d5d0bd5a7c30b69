import { Alert, Button, Stack } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type AcceptInvitationBody, ProblemError } from '../../../../client/index.ts';
import { useAcceptInvitation } from '../../api/mailed-links.ts';
import { fieldErrors } from '../../shared/field-errors.ts';
import { FormError } from '../../shared/form-error.tsx';
import { newPassword } from '../../shared/new-password.ts';
import { TextLink } from '../../shared/text-link.tsx';
import type { AcceptProps } from './accept-props.ts';
import classes from './doorway.module.css';
import { NameField, NewPasswordField } from './doorway-fields.tsx';
import { DoorwayForm } from './doorway-form.tsx';
import { useEnter } from './use-enter.ts';

/**
 * Nobody is signed in, and the invitation came by mail. Whether its address has an account is asked by accepting: who has
 * one joins with it, who has none is asked for a name and a password.
 */
export function AcceptByAddress(props: AcceptProps) {
  const { token, onUsed, organizationName } = props;
  const accept = useAcceptInvitation();
  const [unknown, setUnknown] = useState(false);
  const enter = useEnter('/');
  const send = (body: AcceptInvitationBody, onError: (error: Error) => void) =>
    accept.mutate(body, {
      onSuccess: (accepted) => {
        onUsed();
        if (accepted.kind === 'signed-in') enter();
      },
      onError,
    });
  const join = () =>
    send({ token }, (error) => setUnknown(codeOf(error) === 'identity.account_details_needed'));

  if (accept.isSuccess) return <Joined organizationName={organizationName} />;
  if (unknown) {
    const refusal = codeOf(accept.error) === 'identity.account_details_needed' ? null : accept.error;
    return (
      <NewAccount
        error={refusal}
        pending={accept.isPending}
        onSubmit={(account, onError) => send({ token, ...account }, onError)}
      />
    );
  }
  return (
    <Stack gap="md">
      <FormError error={accept.error} />
      <Button size="md" loading={accept.isPending} onClick={join}>
        Join {organizationName}
      </Button>
      <SignInFirst />
    </Stack>
  );
}

export function SignInFirst() {
  return (
    <div className={classes.aside}>
      Have an account?{' '}
      <TextLink to="/sign-in" search={{ next: '/invitation' }}>
        Sign in first
      </TextLink>
    </div>
  );
}

function Joined(props: { organizationName: string }) {
  return (
    <Stack gap="md">
      <Alert variant="light" role="status">
        Your account belongs to {props.organizationName} now.
      </Alert>
      <Button component={Link} to="/sign-in" size="md">
        Sign in
      </Button>
    </Stack>
  );
}

interface NewAccountProps {
  readonly error: Error | null;
  readonly pending: boolean;
  readonly onSubmit: (account: { name: string; password: string }, onError: (error: Error) => void) => void;
}

function NewAccount(props: NewAccountProps) {
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', password: '' },
    validate: { name: isNotEmpty('Enter your name'), password: newPassword },
  });
  return (
    <DoorwayForm
      error={props.error}
      notice="You have no account here yet. Choose a name and a password for it."
      act="Make the account and join"
      pending={props.pending}
      onSubmit={form.onSubmit((account) =>
        props.onSubmit(account, (error) => form.setErrors(fieldErrors(error))),
      )}
    >
      <NameField autoFocus key={form.key('name')} {...form.getInputProps('name')} />
      <NewPasswordField key={form.key('password')} {...form.getInputProps('password')} />
    </DoorwayForm>
  );
}

function codeOf(error: Error | null): string | undefined {
  return error instanceof ProblemError ? error.code : undefined;
}
