import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMe } from '../../../api/identity.ts';
import { useOrganizationActions } from '../../../api/organization.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { formatDate } from '../../../shared/format.ts';
import { SettingsSection } from '../../../shared/settings-section.tsx';

/** Closing an organization, and while it is closed: restoring it. */
export function ClosingSection() {
  const { organization } = useMe();
  return organization.closedAt === null ? <CloseSection /> : <RestoreSection />;
}

function CloseSection() {
  const { organization } = useMe();
  const { close } = useOrganizationActions();
  const [asking, ask] = useDisclosure();
  return (
    <SettingsSection
      title="Delete the organization"
      lead="It is closed at once for everybody but its administrators. They can restore it for some weeks; then documents, files and the audit trail are deleted for good. People keep their accounts."
    >
      <Button color="rubric" variant="light" onClick={ask.open}>
        Delete…
      </Button>
      <Confirm
        opened={asking}
        title={`Delete ${organization.name}?`}
        act="Delete the organization"
        phrase={organization.name}
        pending={close.isPending}
        error={close.error}
        onConfirm={() => close.mutate(undefined, { onSuccess: ask.close })}
        onClose={ask.close}
      >
        Everybody in it is out at once, with their API keys. Make an archive first if somebody may need what
        is in it.
      </Confirm>
    </SettingsSection>
  );
}

function RestoreSection() {
  const { organization } = useMe();
  const { restore } = useOrganizationActions();
  const until = organization.deleteAfter;
  return (
    <SettingsSection
      title="Restore the organization"
      lead={`Everybody gets in again, with everything as it was.${until === null ? '' : ` Possible until ${formatDate(until)}.`}`}
    >
      <FormError error={restore.error} />
      <Button loading={restore.isPending} onClick={() => restore.mutate()}>
        Restore
      </Button>
    </SettingsSection>
  );
}
