import { TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useSignIn } from '../../api/identity.ts';
import { useInstance } from '../../api/instance.ts';
import { fieldErrors } from '../../shared/field-errors.ts';
import { newPassword } from '../../shared/new-password.ts';
import { TextLink } from '../../shared/text-link.tsx';
import { ConfirmRegistration } from './confirm-registration.tsx';
import { Doorway } from './doorway.tsx';
import { EmailField, NameField, NewPasswordField } from './doorway-fields.tsx';
import { DoorwayForm } from './doorway-form.tsx';
import { useEnter } from './use-enter.ts';
import { useFragment } from './use-fragment.ts';

const route = getRouteApi('/register');

export function RegisterPage() {
  useDocumentTitle('Make an account · Scriptorium');
  const { next } = route.useSearch();
  const enter = useEnter(next);
  const instance = useInstance();
  const token = useFragment('token');
  if (token !== null) return <ConfirmRegistration token={token} onDone={enter} />;
  if (instance.data?.registration === false) return <Closed />;
  return (
    <Doorway title="Make an account" lead="You get an organization of your own, with nobody else in it.">
      <RegisterForm onDone={enter} />
      <p>
        Have one already?{' '}
        <TextLink to="/sign-in" search={next === undefined ? {} : { next }}>
          Sign in
        </TextLink>
      </p>
    </Doorway>
  );
}

function Closed() {
  return (
    <Doorway title="By invitation" lead="New accounts are made by invitation here.">
      <p>
        Ask an administrator of your organization to invite you, or <TextLink to="/sign-in">sign in</TextLink>
        .
      </p>
    </Doorway>
  );
}

function RegisterForm(props: { onDone: () => void }) {
  const register = useSignIn();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', organizationName: '', email: '', password: '' },
    validate: {
      name: isNotEmpty('Enter your name'),
      email: isEmail('This is not an e-mail address'),
      password: newPassword,
    },
  });
  const submit = form.onSubmit(({ organizationName, ...account }) => {
    const organization = organizationName.trim();
    const body = organization === '' ? account : { ...account, organizationName: organization };
    register.mutate(
      { kind: 'register', body },
      {
        onSuccess: (signedIn) => signedIn && props.onDone(),
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    );
  });
  const sent = 'Look into your mail: a link in it finishes your registration.';

  return (
    <DoorwayForm
      error={register.error}
      {...(register.data === null ? { notice: sent } : {})}
      act="Make the account"
      pending={register.isPending}
      onSubmit={submit}
    >
      <NameField key={form.key('name')} {...form.getInputProps('name')} />
      <TextInput
        label="Organization"
        description="Optional; you can share it with others later"
        autoComplete="organization"
        size="md"
        key={form.key('organizationName')}
        {...form.getInputProps('organizationName')}
      />
      <EmailField key={form.key('email')} {...form.getInputProps('email')} />
      <NewPasswordField key={form.key('password')} {...form.getInputProps('password')} />
    </DoorwayForm>
  );
}
