import { Button, Group, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMe } from '../../../api/identity.ts';
import { useOrganizationActions } from '../../../api/organization.ts';
import { messageOf } from '../../../shared/error-state.tsx';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from './general.module.css';

export function NameSection() {
  const { organization } = useMe();
  const { change } = useOrganizationActions();
  const form = useForm({
    initialValues: { name: organization.name },
    validate: { name: isNotEmpty('Give it a name') },
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
    <SettingsSection title="Name">
      <form noValidate onSubmit={submit}>
        <Group align="flex-start" gap="sm">
          <TextInput
            className={classes.name}
            aria-label="Name of the organization"
            maxLength={200}
            {...form.getInputProps('name')}
          />
          <Button type="submit" variant="default" loading={change.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </form>
    </SettingsSection>
  );
}
