import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useChangePassword } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { NEW_PASSWORD_HINT, newPassword } from '../../../shared/new-password.ts';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';

export function PasswordSection() {
  const { user, hasPassword } = useMe();
  const change = useChangePassword();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: { newPassword },
  });
  const submit = form.onSubmit((values) =>
    change.mutate(
      {
        newPassword: values.newPassword,
        ...(values.currentPassword === '' ? {} : { currentPassword: values.currentPassword }),
      },
      {
        onSuccess: () => form.reset(),
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    ),
  );
  return (
    <SettingsSection
      title="Password"
      lead={
        hasPassword
          ? 'A new one ends all your other sign-ins.'
          : 'You have none. If you came from an identity provider, ask for a first one by mail: sign out, then “Forgotten your password?”.'
      }
    >
      <form noValidate onSubmit={submit} className={classes.form}>
        <Stack>
          <FormError error={change.error} />
          {change.isSuccess && (
            <Alert variant="light" role="status">
              Your password is set. You are signed out everywhere else.
            </Alert>
          )}
          {/* Password managers want to know whose it is. */}
          <input type="hidden" name="username" autoComplete="username" value={user.email} />
          {hasPassword && (
            <PasswordInput
              label="Present password"
              autoComplete="current-password"
              {...form.getInputProps('currentPassword')}
            />
          )}
          <PasswordInput
            label="New password"
            description={NEW_PASSWORD_HINT}
            autoComplete="new-password"
            {...form.getInputProps('newPassword')}
          />
          <div>
            <Button type="submit" variant="default" loading={change.isPending} disabled={!form.isDirty()}>
              Set the password
            </Button>
          </div>
        </Stack>
      </form>
    </SettingsSection>
  );
}
