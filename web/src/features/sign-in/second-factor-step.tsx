import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { ProblemError } from '../../../../client/index.ts';
import { type SecondFactorProof, useSignIn } from '../../api/identity.ts';
import { Doorway } from './doorway.tsx';
import { DoorwayForm } from './doorway-form.tsx';

interface Props {
  readonly challenge: string;
  readonly onSignedIn: () => void;
  /** Back to the password; with an error where the server says that this sign-in has ended. */
  readonly onEnded: (error: Error | null) => void;
}

/** After a right password: the code of an authenticator, or a recovery code. */
export function SecondFactorStep(props: Props) {
  const { challenge, onSignedIn, onEnded } = props;
  const [recovering, setRecovering] = useState(false);
  const signIn = useSignIn();
  const prove = (proof: SecondFactorProof) =>
    signIn.mutate(
      { kind: 'second-factor', challenge, proof },
      {
        onSuccess: onSignedIn,
        onError: (error) => {
          if (hasEnded(error)) onEnded(error);
        },
      },
    );
  const form = { error: signIn.error, pending: signIn.isPending, onProof: prove };
  const change = () => {
    signIn.reset();
    setRecovering(!recovering);
  };

  return (
    <Doorway
      title="One more step"
      lead={
        recovering
          ? 'Give one of the recovery codes that you kept. Each works once.'
          : 'Give the six digits that your authenticator shows now.'
      }
    >
      {recovering ? <RecoveryForm {...form} /> : <CodeForm {...form} />}
      <Button variant="subtle" fullWidth mt="sm" onClick={change}>
        {recovering ? 'Use the authenticator' : 'Use a recovery code'}
      </Button>
      <Button variant="subtle" color="gray" fullWidth onClick={() => onEnded(null)}>
        Sign in as somebody else
      </Button>
    </Doorway>
  );
}

interface ProofFormProps {
  readonly error: Error | null;
  readonly pending: boolean;
  readonly onProof: (proof: SecondFactorProof) => void;
}

function CodeForm(props: ProofFormProps) {
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { code: '' },
    validate: { code: (value) => (/^\d{6}$/.test(withoutSpaces(value)) ? null : 'Enter six digits') },
  });
  return (
    <DoorwayForm
      error={props.error}
      act="Sign in"
      pending={props.pending}
      onSubmit={form.onSubmit(({ code }) => props.onProof({ code: withoutSpaces(code) }))}
    >
      <TextInput
        label="Code"
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        size="md"
        key={form.key('code')}
        {...form.getInputProps('code')}
      />
    </DoorwayForm>
  );
}

function RecoveryForm(props: ProofFormProps) {
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { recoveryCode: '' },
    validate: { recoveryCode: (value) => (value.trim().length >= 16 ? null : 'Enter the whole code') },
  });
  return (
    <DoorwayForm
      error={props.error}
      act="Sign in"
      pending={props.pending}
      onSubmit={form.onSubmit(({ recoveryCode }) => props.onProof({ recoveryCode: recoveryCode.trim() }))}
    >
      <TextInput
        label="Recovery code"
        autoComplete="off"
        autoFocus
        size="md"
        key={form.key('recoveryCode')}
        {...form.getInputProps('recoveryCode')}
      />
    </DoorwayForm>
  );
}

function withoutSpaces(code: string): string {
  return code.replaceAll(/\s/g, '');
}

function hasEnded(error: Error): boolean {
  return error instanceof ProblemError && error.code === 'identity.challenge_not_valid';
}
