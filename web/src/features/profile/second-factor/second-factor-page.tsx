import { Alert, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSecondFactor } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { ErrorState } from '../../../shared/error-state.tsx';
import { PageHeader } from '../../../shared/page-header.tsx';
import { PageLoading } from '../../../shared/page-loading.tsx';
import { EnabledFactor } from './enabled-factor.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUp } from './set-up.tsx';

export function SecondFactorPage() {
  const { organization } = useMe();
  const factor = useSecondFactor();
  /** The new codes, until they were kept: the server shows them this once. */
  const [codes, setCodes] = useState<readonly string[]>();
  if (factor.isPending) return <PageLoading />;
  const missing = organization.settings.requireSecondFactor && factor.data?.enabled === false;
  return (
    <>
      <PageHeader
        title="Second factor"
        lead="A code of an authenticator besides your password: who has learned the password does not get in."
      />
      {missing && codes === undefined && (
        <Alert variant="light" mb="lg" title="It is needed here">
          {organization.name} lets people in with a second factor only. Set one up to go on.
        </Alert>
      )}
      {factor.isError && <ErrorState error={factor.error} onRetry={() => void factor.refetch()} />}
      {codes !== undefined && <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} />}
      {codes === undefined && factor.data?.enabled === false && <SetUp onCodes={setCodes} />}
      {codes === undefined && factor.data?.enabled === true && (
        <>
          <EnabledFactor factor={factor.data} onCodes={setCodes} />
          {organization.settings.requireSecondFactor && (
            <Button component={Link} to="/" variant="light" mt="md">
              Go to {organization.name}
            </Button>
          )}
        </>
      )}
    </>
  );
}
