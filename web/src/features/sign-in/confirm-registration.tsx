import { isNotEmpty, useForm } from '@mantine/form';
import { useSignIn } from '../../api/identity.ts';
import { Doorway } from './doorway.tsx';
import { PasswordField } from './doorway-fields.tsx';
import { DoorwayForm } from './doorway-form.tsx';

/** The link of a registration was followed: only who chose its password may finish it. */
export function ConfirmRegistration(props: { token: string; onDone: () => void }) {
  const { token, onDone } = props;
  const confirm = useSignIn();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '' },
    validate: { password: isNotEmpty('Enter your password') },
  });
  return (
    <Doorway title="Finish your registration" lead="Give the password once more that you chose for it.">
      <DoorwayForm
        error={confirm.error}
        act="Finish"
        pending={confirm.isPending}
        onSubmit={form.onSubmit(({ password }) =>
          confirm.mutate({ kind: 'registered', token, password }, { onSuccess: onDone }),
        )}
      >
        <PasswordField autoFocus key={form.key('password')} {...form.getInputProps('password')} />
      </DoorwayForm>
    </Doorway>
  );
}
