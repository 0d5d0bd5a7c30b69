import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useSecondFactorActions } from '../../../api/account.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { checkProof, PROOF_HINT, proofOf } from './proof.ts';

interface Props {
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onClose: () => void;
}

export function RenewCodesDialog(props: Props) {
  const { renewCodes } = useSecondFactorActions();
  const form = useForm({ initialValues: { code: '' }, validate: { code: checkProof } });
  const submit = form.onSubmit(({ code }) =>
    renewCodes.mutate(proofOf(code), { onSuccess: ({ recoveryCodes }) => props.onCodes(recoveryCodes) }),
  );
  return (
    <Modal opened onClose={props.onClose} title="New recovery codes" centered>
      <form noValidate onSubmit={submit}>
        <Stack>
          <Text>You get ten new ones. The old ones stop working.</Text>
          <FormError error={renewCodes.error} />
          <TextInput
            label="Code"
            description={PROOF_HINT}
            autoComplete="one-time-code"
            data-autofocus
            {...form.getInputProps('code')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={renewCodes.isPending}>
              Make new codes
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
