import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useEnterOrganization } from '../../api/identity.ts';
import { useMakeOrganization } from '../../api/organization.ts';
import { fieldErrors } from '../../shared/field-errors.ts';
import { FormError } from '../../shared/form-error.tsx';

/** Makes an organization and goes on in it. */
export function NewOrganizationDialog(props: { onClose: () => void }) {
  const make = useMakeOrganization();
  const enter = useEnterOrganization();
  const form = useForm({ initialValues: { name: '' }, validate: { name: isNotEmpty('Give it a name') } });
  const submit = form.onSubmit(({ name }) =>
    make.mutate(name.trim(), {
      onSuccess: (made) => enter.mutate(made.id),
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  return (
    <Modal opened onClose={props.onClose} title="New organization" centered>
      <form noValidate onSubmit={submit}>
        <Stack>
          <FormError error={make.error ?? enter.error} />
          <TextInput
            label="Name"
            description="It has documents and people of its own. You are its administrator, and go on in it."
            maxLength={200}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending || enter.isPending || enter.isSuccess}>
              Make the organization
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
