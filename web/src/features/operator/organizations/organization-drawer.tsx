import { Button, Drawer, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { InstanceOrganization } from '../../../../../client/index.ts';
import { useInstanceSso, useSuspension } from '../../../api/operator.ts';
import { Code, Facts } from '../../../shared/facts.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { formatDate, formatNumber } from '../../../shared/format.ts';
import classes from '../operator.module.css';
import { FeatureSwitches } from '../switches/feature-switches.tsx';

/** One organization as operators see it: shut it, switch parts of the product, open its ways in again. */
export function OrganizationDrawer(props: { organization: InstanceOrganization; onClose: () => void }) {
  const { organization } = props;
  return (
    <Drawer opened onClose={props.onClose} position="right" size="lg" title={organization.name}>
      <Facts
        facts={[
          ['Members', formatNumber(organization.members)],
          ['Made', formatDate(organization.createdAt)],
          ['Id', <Code key="id">{organization.id}</Code>],
          ...(organization.suspendedAt === null
            ? []
            : ([
                ['Suspended', formatDate(organization.suspendedAt)],
                ['Because', organization.suspendedReason ?? ''],
              ] as const)),
        ]}
      />
      <h3 className={classes.subtitle}>Suspension</h3>
      <Suspension organization={organization} />
      <h3 className={classes.subtitle}>Switches</h3>
      <FeatureSwitches organizationId={organization.id} />
      <SingleSignOn organizationId={organization.id} />
    </Drawer>
  );
}

function Suspension(props: { organization: InstanceOrganization }) {
  const { id, suspendedAt } = props.organization;
  const { suspend, unsuspend } = useSuspension();
  const [reason, setReason] = useState('');
  if (suspendedAt !== null) {
    return (
      <>
        <FormError error={unsuspend.error} />
        <Button loading={unsuspend.isPending} onClick={() => unsuspend.mutate(id)}>
          Open it again
        </Button>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        suspend.mutate({ id, reason: reason.trim() }, { onSuccess: () => setReason('') });
      }}
    >
      <FormError error={suspend.error} />
      <TextInput
        label="Reason"
        description="Its people are told. Nobody gets in, people or programs, until you open it again."
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button
        type="submit"
        color="rubric"
        variant="light"
        mt="sm"
        disabled={reason.trim() === ''}
        loading={suspend.isPending}
      >
        Suspend the organization
      </Button>
    </form>
  );
}

function SingleSignOn(props: { organizationId: string }) {
  const { sso, setOnly } = useInstanceSso(props.organizationId);
  if (sso.data === undefined || (sso.data.providers.length === 0 && !sso.data.ssoOnly)) return null;
  return (
    <>
      <h3 className={classes.subtitle}>Identity providers</h3>
      <p>{sso.data.providers.map(({ label }) => label).join(', ') || 'None leads here any more.'}</p>
      <FormError error={setOnly.error} />
      <Switch
        label="Only through these providers"
        description="Switch it off where a provider failed and nobody gets in any more."
        checked={sso.data.ssoOnly}
        disabled={setOnly.isPending}
        onChange={(event) => setOnly.mutate(event.currentTarget.checked)}
      />
    </>
  );
}
