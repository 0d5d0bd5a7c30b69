import { Button, Drawer, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { IdentityProvider } from '../../../../../client/index.ts';
import { useIdentityProviderActions } from '../../../api/identity-providers.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { CopyField } from '../../../shared/copy-field.tsx';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { MoreFields } from './more-fields.tsx';
import { PeopleFields } from './people-fields.tsx';
import { useProviderForm } from './provider-form.ts';
import { bodyOf, patchOf } from './provider-values.ts';
import { RegistrationFields } from './registration-fields.tsx';

interface Props {
  /** Undefined: a new one. */
  readonly provider: IdentityProvider | undefined;
  readonly onCreated: (provider: IdentityProvider) => void;
  readonly onClose: () => void;
}

export function ProviderDrawer(props: Props) {
  const { provider, onClose } = props;
  const { create, update } = useIdentityProviderActions();
  const form = useProviderForm(provider);
  const onError = (error: Error) => form.setErrors(fieldErrors(error));
  const submit = form.onSubmit((values) => {
    if (provider === undefined) create.mutate(bodyOf(values), { onSuccess: props.onCreated, onError });
    else update.mutate({ provider, patch: patchOf(values, provider) }, { onSuccess: onClose, onError });
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={provider === undefined ? 'Add an identity provider' : provider.label}
    >
      <form noValidate onSubmit={submit}>
        <Stack>
          {provider !== undefined && (
            <CopyField
              label="Redirect address, to be registered with the provider"
              value={provider.redirectUri}
            />
          )}
          {provider !== undefined && (
            <CopyField
              label="Address after signing out there, to be registered too"
              value={provider.postLogoutRedirectUri}
            />
          )}
          <RegistrationFields form={form} provider={provider} />
          <PeopleFields form={form} />
          <MoreFields form={form} provider={provider} />
          <FormError error={create.error ?? update.error} />
          <Group justify="space-between">
            {provider === undefined ? <span /> : <DeleteProvider provider={provider} onDeleted={onClose} />}
            <Group gap="sm">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending || update.isPending}>
                {provider === undefined ? 'Add the provider' : 'Save'}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}

function DeleteProvider(props: { provider: IdentityProvider; onDeleted: () => void }) {
  const { remove } = useIdentityProviderActions();
  const [asking, ask] = useDisclosure();
  return (
    <>
      <Button color="rubric" variant="light" onClick={ask.open}>
        Delete…
      </Button>
      <Confirm
        opened={asking}
        title={`Delete ${props.provider.label}?`}
        act="Delete"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(props.provider.id, { onSuccess: props.onDeleted })}
        onClose={ask.close}
      >
        Nobody signs in by it any more, and every session that it opened ends. Accounts stay; who has no
        password needs a new one by mail.
      </Confirm>
    </>
  );
}
