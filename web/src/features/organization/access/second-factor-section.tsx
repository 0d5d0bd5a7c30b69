import { Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSecondFactor } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { useOrganizationActions } from '../../../api/organization.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import { TextLink } from '../../../shared/text-link.tsx';

export function SecondFactorSection() {
  const { organization } = useMe();
  const { change } = useOrganizationActions();
  const [asking, ask] = useDisclosure();
  const own = useSecondFactor();
  const required = organization.settings.requireSecondFactor;
  const set = (requireSecondFactor: boolean) =>
    change.mutate({ settings: { requireSecondFactor } }, { onSuccess: ask.close });
  return (
    <SettingsSection title="Second factor" lead="A code from an app on the phone, besides the password.">
      <Switch
        label="Everybody needs a second factor"
        description="Who has none cannot get in here until they have set one up in their settings."
        checked={required}
        disabled={change.isPending || (!required && own.data?.enabled !== true)}
        onChange={(event) => (event.currentTarget.checked ? ask.open() : set(false))}
      />
      {!required && own.data?.enabled === false && (
        <p>
          You have none yet: <TextLink to="/profile/second-factor">set up your own</TextLink> first.
        </p>
      )}
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
