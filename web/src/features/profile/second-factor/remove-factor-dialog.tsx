import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useSecondFactorActions } from '../../../api/account.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { checkProof, PROOF_HINT, proofOf } from './proof.ts';

export function RemoveFactorDialog(props: { onClose: () => void }) {
  const { onClose } = props;
  const { remove } = useSecondFactorActions();
  const form = useForm({
    initialValues: { currentPassword: '', code: '' },
    validate: { code: checkProof },
  });
  const submit = form.onSubmit(({ currentPassword, code }) =>
    remove.mutate(
      { ...proofOf(code), ...(currentPassword === '' ? {} : { currentPassword }) },
      { onSuccess: onClose, onError: (error) => form.setErrors(fieldErrors(error)) },
    ),
  );
  return (
    <Modal opened onClose={onClose} title="Switch the second factor off?" centered>
      <form noValidate onSubmit={submit}>
        <Stack>
          <Text>From then on your password alone signs you in.</Text>
          <FormError error={remove.error} />
          <PasswordInput
            label="Your password"
            description="Empty if you have none"
            autoComplete="current-password"
            data-autofocus
            {...form.getInputProps('currentPassword')}
          />
          <TextInput
            label="Code"
            description={PROOF_HINT}
            autoComplete="one-time-code"
            {...form.getInputProps('code')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Keep
            </Button>
            <Button type="submit" color="rubric" loading={remove.isPending}>
              Switch it off
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
