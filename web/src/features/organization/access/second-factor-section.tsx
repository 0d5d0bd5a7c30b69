import { Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMe } from '../../../api/identity.ts';
import { useOrganizationActions } from '../../../api/organization.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';

export function SecondFactorSection() {
  const { organization } = useMe();
  const { change } = useOrganizationActions();
  const [asking, ask] = useDisclosure();
  const required = organization.settings.requireSecondFactor;
  const set = (requireSecondFactor: boolean) =>
    change.mutate({ settings: { requireSecondFactor } }, { onSuccess: ask.close });
  return (
    <SettingsSection
      title="Second factor"
      lead="A code from an app on the phone, besides the password. Set up your own before you ask others for theirs."
    >
      <Switch
        label="Everybody needs a second factor"
        description="Who has none cannot get in here until they have set one up in their settings."
        checked={required}
        disabled={change.isPending}
        onChange={(event) => (event.currentTarget.checked ? ask.open() : set(false))}
      />
      {!asking && <FormError error={change.error} />}
      <Confirm
        opened={asking}
        title="Require a second factor?"
        act="Require it"
        pending={change.isPending}
        error={change.error}
        onConfirm={() => set(true)}
        onClose={ask.close}
      >
        People who have none are out of {organization.name} from their next click on, until they set one up.
      </Confirm>
    </SettingsSection>
  );
}
