import { Button, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useChangeProfile } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { messageOf } from '../../../shared/error-state.tsx';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';

export function NameSection() {
  const { user } = useMe();
  const change = useChangeProfile();
  const form = useForm({
    initialValues: { name: user.name },
    validate: { name: isNotEmpty('Enter your name') },
  });
  const submit = form.onSubmit(({ name }) =>
    change.mutate(
      { name: name.trim() },
      {
        onSuccess: () => form.resetDirty(),
        onError: (error) => form.setErrors({ name: messageOf(error), ...fieldErrors(error) }),
      },
    ),
  );
  return (
    <SettingsSection title="Name" lead="Others in your organizations see it.">
      <form noValidate onSubmit={submit} className={classes.form}>
        <Stack align="flex-start">
          <TextInput
            w="100%"
            label="Your name"
            autoComplete="name"
            maxLength={200}
            {...form.getInputProps('name')}
          />
          <Button type="submit" variant="default" loading={change.isPending} disabled={!form.isDirty()}>
            Save the name
          </Button>
        </Stack>
      </form>
    </SettingsSection>
  );
}
