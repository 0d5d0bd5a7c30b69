import {
  Button,
  Group,
  Modal,
  NativeSelect,
  SegmentedControl,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { isEmail, useForm } from '@mantine/form';
import { useInvitationActions } from '../../../api/organization.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { ROLE_OPTIONS, type Role, roleMeaning } from '../../../shared/roles.ts';
import { SecretOnce } from '../../../shared/secret-once.tsx';

const WAYS = ['email', 'link'] as const;

/** Invites by mail, or makes a link and shows it once. */
export function InviteDialog(props: { onClose: () => void }) {
  const { invite } = useInvitationActions();
  const link = invite.data?.link ?? null;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={link === null ? 'Invite somebody' : 'The link is made'}
      centered
    >
      {link === null ? (
        <InviteForm invite={invite} onClose={props.onClose} />
      ) : (
        <SecretOnce label="Link of the invitation" value={link}>
          Pass it on to one person: whoever opens it first joins. It is good for a week and not shown again.
        </SecretOnce>
      )}
    </Modal>
  );
}

interface FormProps {
  readonly invite: ReturnType<typeof useInvitationActions>['invite'];
  readonly onClose: () => void;
}

function InviteForm(props: FormProps) {
  const { invite, onClose } = props;
  const form = useForm<{ way: (typeof WAYS)[number]; email: string; role: Role; message: string }>({
    initialValues: { way: 'email', email: '', role: 'regular', message: '' },
    validate: {
      email: (value, { way }) => (way === 'link' ? null : isEmail('This is not an e-mail address')(value)),
    },
  });
  const { way, role } = form.values;
  const submit = form.onSubmit(({ email, message }) => {
    const body = way === 'link' ? { role } : { role, email, message };
    invite.mutate(body, {
      onSuccess: (made) => made.link === null && onClose(),
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  });
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <FormError error={invite.error} />
        <SegmentedControl
          fullWidth
          aria-label="How to invite"
          data={[
            { value: 'email', label: 'By e-mail' },
            { value: 'link', label: 'By a link' },
          ]}
          value={way}
          onChange={(value) => form.setFieldValue('way', value === 'link' ? 'link' : 'email')}
        />
        {way === 'email' && (
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('email')}
          />
        )}
        <NativeSelect
          label="Role"
          description={roleMeaning(role)}
          data={ROLE_OPTIONS}
          {...form.getInputProps('role')}
        />
        {way === 'email' && (
          <Textarea
            label="A word to them"
            description="Optional; goes into the mail"
            autosize
            minRows={2}
            maxLength={1000}
            {...form.getInputProps('message')}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {way === 'email' ? 'Send the invitation' : 'Make the link'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
