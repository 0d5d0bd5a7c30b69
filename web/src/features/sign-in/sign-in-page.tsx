import { isNotEmpty, useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemError } from '../../../../client/index.ts';
import { useSignIn } from '../../api/identity.ts';
import { useInstance } from '../../api/instance.ts';
import { PageLoading } from '../../shared/page-loading.tsx';
import { TextLink } from '../../shared/text-link.tsx';
import { Doorway } from './doorway.tsx';
import { EmailField, PasswordField } from './doorway-fields.tsx';
import { DoorwayForm } from './doorway-form.tsx';
import { ProviderButtons, ProviderFailure } from './providers.tsx';
import { SecondFactorStep } from './second-factor-step.tsx';
import { useEnter } from './use-enter.ts';
import { useFragment } from './use-fragment.ts';
import { useSignInLink } from './use-sign-in-link.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  useDocumentTitle('Sign in · Scriptorium');
  const { next, error } = route.useSearch();
  const enter = useEnter(next);
  const instance = useInstance();
  const signIn = useSignIn();
  const link = useSignInLink(enter);
  /** An identity provider has said who it is, and their second factor is asked for here. */
  const fromProvider = useFragment('challenge');
  /** A challenge that was given up, or took too long. */
  const [ended, setEnded] = useState<{ challenge: string; error: Error | null }>();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: { email: isNotEmpty('Enter your e-mail address'), password: isNotEmpty('Enter your password') },
  });

  if (link.pending) return <PageLoading />;
  const failure = signIn.error ?? link.error;
  const challenge = challengeOf(failure) ?? (failure === null ? fromProvider : null);
  if (challenge !== null && challenge !== ended?.challenge) {
    return (
      <SecondFactorStep
        challenge={challenge}
        onSignedIn={enter}
        onEnded={(reason) => setEnded({ challenge, error: reason })}
      />
    );
  }
  const search = next === undefined ? {} : { next };
  return (
    <Doorway title="Sign in" lead="Your documents, and what they say.">
      <ProviderFailure code={error} />
      <DoorwayForm
        error={challenge === null ? failure : (ended?.error ?? null)}
        act="Sign in"
        pending={signIn.isPending}
        onSubmit={form.onSubmit((body) => signIn.mutate({ kind: 'password', body }, { onSuccess: enter }))}
      >
        <EmailField key={form.key('email')} {...form.getInputProps('email')} />
        <PasswordField key={form.key('password')} {...form.getInputProps('password')} />
      </DoorwayForm>
      <ProviderButtons next={next} />
      <p>
        <TextLink to="/reset-password">Forgotten your password?</TextLink>
      </p>
      {instance.data?.registration !== false && (
        <p>
          New here?{' '}
          <TextLink to="/register" search={search}>
            Make an account
          </TextLink>
        </p>
      )}
    </Doorway>
  );
}

function challengeOf(error: Error | null): string | null {
  return error instanceof ProblemError ? (error.challenge ?? null) : null;
}
