import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import type { SignInProvider } from '../../../../../client/index.ts';
import { useIdentityActions } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';

/** Where the provider sends the browser back. */
export const RETURN_TO = '/profile/ways-in';

/** Asks who it is before a provider is connected: that stays a way in when this session is long over. */
export function ConnectDialog(props: { provider: SignInProvider; onClose: () => void }) {
  const { provider, onClose } = props;
  const { hasPassword } = useMe();
  const { connect } = useIdentityActions();
  const form = useForm({
    initialValues: { currentPassword: '' },
    validate: { currentPassword: isNotEmpty('Enter your password') },
  });
  const submit = form.onSubmit(({ currentPassword }) =>
    connect.mutate(
      { provider: provider.id, returnTo: RETURN_TO, currentPassword },
      { onError: (error) => form.setErrors(fieldErrors(error)) },
    ),
  );
  return (
    <Modal opened onClose={onClose} title={`Connect ${provider.label}`} centered>
      <form noValidate onSubmit={submit}>
        <Stack>
          <Text>
            It will open your account from then on, so show first that it is you.
            {!hasPassword &&
              ' You have no password: sign out, and ask for one by mail under “Forgotten your password?”.'}
          </Text>
          <FormError error={connect.error} />
          {hasPassword && (
            <PasswordInput
              label="Your password"
              autoComplete="current-password"
              data-autofocus
              {...form.getInputProps('currentPassword')}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={connect.isPending} disabled={!hasPassword}>
              Connect
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
