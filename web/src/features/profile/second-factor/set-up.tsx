import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { ProblemError } from '../../../../../client/index.ts';
import { useSecondFactorActions } from '../../../api/account.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';
import { ConfirmSetUp } from './confirm-set-up.tsx';

/** Asks the server for a secret; after that it is scanned and confirmed. A sign-in that is not fresh needs the password. */
export function SetUp(props: { onCodes: (codes: readonly string[]) => void }) {
  const { begin } = useSecondFactorActions();
  const [password, setPassword] = useState('');
  if (begin.data !== undefined) return <ConfirmSetUp setUp={begin.data} onCodes={props.onCodes} />;
  const withPassword = needsPassword(begin.error) || password !== '';
  return (
    <SettingsSection
      title="Set it up"
      lead="You need an authenticator: an app on your phone, or a password manager that shows codes. All other sign-ins of yours end once it is on."
    >
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate(password === '' ? undefined : password);
        }}
      >
        <Stack align="stretch">
          <FormError error={begin.error} />
          {withPassword && (
            <PasswordInput
              label="Your password"
              autoComplete="current-password"
              autoFocus
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          <div>
            <Button type="submit" loading={begin.isPending}>
              Begin
            </Button>
          </div>
        </Stack>
      </form>
    </SettingsSection>
  );
}

function needsPassword(error: Error | null): boolean {
  return (
    error instanceof ProblemError &&
    ['identity.recent_sign_in_required', 'identity.wrong_password'].includes(error.code)
  );
}
