import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isEmail, useForm } from '@mantine/form';
import { useChangeProfile, useSendVerification } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';

export function EmailSection() {
  const { user } = useMe();
  return (
    <SettingsSection
      title="E-mail address"
      lead="You sign in with it, and mail about your account goes there."
    >
      <p className={classes.fact}>{user.email}</p>
      {!user.emailVerified && <NotVerified />}
      <ChangeEmail />
    </SettingsSection>
  );
}

function NotVerified() {
  const send = useSendVerification();
  return (
    <Alert variant="light" mb="md" title="Not confirmed yet">
      <Stack align="flex-start" gap="sm">
        <FormError error={send.error} />
        {send.isSuccess ? (
          <span role="status">A link is on its way to you. Open it in this browser.</span>
        ) : (
          <Button size="compact-md" variant="default" loading={send.isPending} onClick={() => send.mutate()}>
            Send me the link
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function ChangeEmail() {
  const change = useChangeProfile();
  const form = useForm({
    initialValues: { email: '', currentPassword: '' },
    validate: { email: isEmail('This is not an e-mail address') },
  });
  const submit = form.onSubmit(({ email, currentPassword }) =>
    change.mutate(
      { email, ...(currentPassword === '' ? {} : { currentPassword }) },
      {
        onSuccess: () => form.reset(),
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    ),
  );
  return (
    <form noValidate onSubmit={submit} className={classes.form}>
      <Stack align="stretch">
        <FormError error={change.error} />
        {change.isSuccess && (
          <Alert variant="light" role="status">
            A link is on its way to the new address. It counts once you have opened the link.
          </Alert>
        )}
        <TextInput label="New address" type="email" autoComplete="email" {...form.getInputProps('email')} />
        <PasswordInput
          label="Your password"
          description="Empty if you have none"
          autoComplete="current-password"
          {...form.getInputProps('currentPassword')}
        />
        <div>
          <Button type="submit" variant="default" loading={change.isPending} disabled={!form.isDirty()}>
            Change the address
          </Button>
        </div>
      </Stack>
    </form>
  );
}
