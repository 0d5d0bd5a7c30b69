import { Stack } from '@mantine/core';
import { isEmail, useForm } from '@mantine/form';
import { useAcceptInvitation } from '../../api/mailed-links.ts';
import { fieldErrors } from '../../shared/field-errors.ts';
import type { AcceptProps } from './accept-props.ts';
import { EmailField } from './doorway-fields.tsx';
import { DoorwayForm } from './doorway-form.tsx';
import { SignInFirst } from './invitation-by-address.tsx';

/** Nobody is signed in, and the invitation is a bare link: it says nothing of who holds it, so an address is asked first. */
export function AcceptByLink(props: AcceptProps) {
  const accept = useAcceptInvitation();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '' },
    validate: { email: isEmail('This is not an e-mail address') },
  });
  const submit = form.onSubmit(({ email }) =>
    accept.mutate({ token: props.token, email }, { onError: (error) => form.setErrors(fieldErrors(error)) }),
  );
  const sent = 'Look into your mail: a link in it lets you join.';
  return (
    <Stack gap="md">
      <DoorwayForm
        error={accept.error}
        {...(accept.isSuccess ? { notice: sent } : {})}
        act="Send me a link"
        pending={accept.isPending}
        onSubmit={submit}
      >
        <EmailField
          description="A mail with a link confirms that it is yours"
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
      </DoorwayForm>
      <SignInFirst />
    </Stack>
  );
}
