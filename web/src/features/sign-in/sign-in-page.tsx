import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useSignIn } from '../../api/identity.ts';
import { messageOf } from '../../shared/error-state.tsx';
import { PageLoading } from '../../shared/page-loading.tsx';
import { TextLink } from '../../shared/text-link.tsx';
import { Doorway } from './doorway.tsx';
import { useEnter } from './use-enter.ts';
import { useSignInLink } from './use-sign-in-link.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  useDocumentTitle('Sign in · Scriptorium');
  const search = route.useSearch();
  const enter = useEnter(search.next);
  const signIn = useSignIn();
  const link = useSignInLink(enter);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: { email: isNotEmpty('Enter your e-mail address'), password: isNotEmpty('Enter your password') },
  });

  if (link.pending) return <PageLoading />;
  const failure = signIn.error ?? link.error;
  return (
    <Doorway title="Sign in" lead="Your documents, and what they say.">
      <form
        noValidate
        onSubmit={form.onSubmit((body) => signIn.mutate({ kind: 'password', body }, { onSuccess: enter }))}
      >
        <Stack gap="md">
          {failure !== null && (
            <Alert color="rubric" variant="light" role="alert">
              {messageOf(failure)}
            </Alert>
          )}
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            size="md"
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            size="md"
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
      <p>
        New here?{' '}
        <TextLink to="/register" search={search}>
          Make an account
        </TextLink>
      </p>
    </Doorway>
  );
}
