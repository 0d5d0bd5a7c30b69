import { Alert, Button, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useSignInFailure, useSignInProviders } from '../../api/instance.ts';
import classes from './doorway.module.css';

/** The other ways in; nothing where there are none. */
export function ProviderButtons(props: { next: string | undefined }) {
  const providers = useSignInProviders();
  if (providers.data === undefined || providers.data.length === 0) return null;
  const query = props.next === undefined ? '' : `?${new URLSearchParams({ returnTo: props.next })}`;
  return (
    <Stack gap="sm">
      <div className={classes.or}>or</div>
      {providers.data.map(({ id, label }) => (
        <Button
          key={id}
          component="a"
          href={`/api/v1/auth/oidc/${encodeURIComponent(id)}/start${query}`}
          variant="default"
          size="md"
          leftSection={<IconKey size={18} aria-hidden />}
        >
          Sign in with {label}
        </Button>
      ))}
    </Stack>
  );
}

const UNKNOWN = 'The sign-in did not succeed. Start again, or ask whoever runs this installation.';

/** Where an identity provider sent the browser back without a sign-in: why. */
export function ProviderFailure(props: { code: string | undefined }) {
  const failure = useSignInFailure(props.code);
  if (props.code === undefined || failure.isPending) return null;
  return (
    <Alert color="rubric" variant="light" role="alert" mb="md">
      {failure.data ?? UNKNOWN}
    </Alert>
  );
}
