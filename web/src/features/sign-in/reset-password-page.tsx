import { Alert } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { useRequestPasswordReset, useResetPassword } from '../../api/mailed-links.ts';
import { fieldErrors } from '../../shared/field-errors.ts';
import { newPassword } from '../../shared/new-password.ts';
import { TextLink } from '../../shared/text-link.tsx';
import { Doorway } from './doorway.tsx';
import { EmailField, NewPasswordField } from './doorway-fields.tsx';
import { DoorwayForm } from './doorway-form.tsx';
import { useFragment } from './use-fragment.ts';

/** Without a token it asks for the address, with the token of a mail for the new password. */
export function ResetPasswordPage() {
  useDocumentTitle('Set a new password · Scriptorium');
  const token = useFragment('token');
  return token === null ? <AskForLink /> : <SetPassword token={token} />;
}

function AskForLink() {
  const ask = useRequestPasswordReset();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '' },
    validate: { email: isNotEmpty('Enter your e-mail address') },
  });
  // The same whether the address has an account or not, as the server's answer is.
  const sent =
    'If there is an account with this address, a mail with a link is on its way. It works for an hour.';
  return (
    <Doorway title="Set a new password" lead="We send a link to your e-mail address.">
      <DoorwayForm
        error={ask.error}
        {...(ask.isSuccess ? { notice: sent } : {})}
        act="Send the link"
        pending={ask.isPending}
        onSubmit={form.onSubmit(({ email }) => ask.mutate(email))}
      >
        <EmailField key={form.key('email')} {...form.getInputProps('email')} />
      </DoorwayForm>
      <p>
        <TextLink to="/sign-in">Back to signing in</TextLink>
      </p>
    </Doorway>
  );
}

function SetPassword(props: { token: string }) {
  const { token } = props;
  const reset = useResetPassword();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { newPassword: '' },
    validate: { newPassword },
  });
  const submit = form.onSubmit((values) =>
    reset.mutate({ token, ...values }, { onError: (error) => form.setErrors(fieldErrors(error)) }),
  );
  if (reset.isSuccess) {
    return (
      <Doorway title="Your password is set" lead="You were signed out everywhere.">
        <Alert variant="light" role="status">
          Sign in with your new password.
        </Alert>
        <p>
          <TextLink to="/sign-in">Sign in</TextLink>
        </p>
      </Doorway>
    );
  }
  return (
    <Doorway title="Set a new password" lead="It ends all your sign-ins, on every device.">
      <DoorwayForm error={reset.error} act="Set the password" pending={reset.isPending} onSubmit={submit}>
        <NewPasswordField
          label="New password"
          autoFocus
          key={form.key('newPassword')}
          {...form.getInputProps('newPassword')}
        />
      </DoorwayForm>
      {reset.error !== null && (
        <p>
          <TextLink to="/reset-password" reloadDocument>
            Ask for a new link
          </TextLink>
        </p>
      )}
    </Doorway>
  );
}
