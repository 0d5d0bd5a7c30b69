import { Button, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { User } from '../../../../client/index.ts';
import { useEnterOrganization, useSignOut } from '../../api/identity.ts';
import { useAcceptInvitation } from '../../api/mailed-links.ts';
import { FormError } from '../../shared/form-error.tsx';
import type { AcceptProps } from './accept-props.ts';
import classes from './doorway.module.css';

/** Joins with the account that is signed in, and goes on in the organization. */
export function AcceptSignedIn(props: AcceptProps & { user: User }) {
  const { token, user, onUsed } = props;
  const navigate = useNavigate();
  const accept = useAcceptInvitation();
  const enter = useEnterOrganization();
  const signOut = useSignOut();
  const join = () =>
    accept.mutate(
      { token },
      {
        onSuccess: (accepted) => {
          onUsed();
          if (accepted.kind === 'joined') enter.mutate(accepted.organizationId);
        },
      },
    );
  const change = () =>
    signOut.mutate(undefined, {
      onSuccess: () => void navigate({ to: '/sign-in', search: { next: '/invitation' } }),
    });

  return (
    <Stack gap="md">
      <FormError error={accept.error ?? enter.error ?? signOut.error} />
      <Button size="md" loading={accept.isPending || enter.isPending} onClick={join}>
        Join as {user.name}
      </Button>
      <div className={classes.aside}>You are signed in as {user.email}.</div>
      <Button variant="subtle" loading={signOut.isPending} onClick={change}>
        Sign in as somebody else
      </Button>
    </Stack>
  );
}
