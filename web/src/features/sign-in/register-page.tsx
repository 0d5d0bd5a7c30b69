import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { hasLength, isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useSignIn } from '../../api/identity.ts';
import { messageOf } from '../../shared/error-state.tsx';
import { TextLink } from '../../shared/text-link.tsx';
import { Doorway } from './doorway.tsx';
import { useEnter } from './use-enter.ts';

const route = getRouteApi('/register');

export function RegisterPage() {
  useDocumentTitle('Make an account · Scriptorium');
  const search = route.useSearch();
  const enter = useEnter(search.next);
  const register = useSignIn();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', organizationName: '', email: '', password: '' },
    validate: {
      name: isNotEmpty('Enter your name'),
      email: isEmail('This is not an e-mail address'),
      password: hasLength({ min: 10, max: 256 }, 'Use at least 10 characters'),
    },
  });

  const submit = form.onSubmit(({ organizationName, ...account }) => {
    const organization = organizationName.trim();
    const body = organization === '' ? account : { ...account, organizationName: organization };
    register.mutate({ kind: 'register', body }, { onSuccess: (signedIn) => signedIn && enter() });
  });

  return (
    <Doorway title="Make an account" lead="You get an organization of your own, with nobody else in it.">
      <form noValidate onSubmit={submit}>
        <Stack gap="md">
          {register.error !== null && (
            <Alert color="rubric" variant="light" role="alert">
              {messageOf(register.error)}
            </Alert>
          )}
          {register.data === null && (
            <Alert variant="light" role="status">
              Look into your mail: a link in it finishes your registration.
            </Alert>
          )}
          <TextInput
            label="Your name"
            autoComplete="name"
            size="md"
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <TextInput
            label="Organization"
            description="Optional; you can share it with others later"
            autoComplete="organization"
            size="md"
            key={form.key('organizationName')}
            {...form.getInputProps('organizationName')}
          />
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
            description="At least 10 characters"
            autoComplete="new-password"
            size="md"
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={register.isPending}>
            Make the account
          </Button>
        </Stack>
      </form>
      <p>
        Have one already?{' '}
        <TextLink to="/sign-in" search={search}>
          Sign in
        </TextLink>
      </p>
    </Doorway>
  );
}
