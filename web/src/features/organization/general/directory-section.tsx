import { Switch, Text } from '@mantine/core';
import { useMe } from '../../../api/identity.ts';
import { useOrganizationActions } from '../../../api/organization.ts';
import { messageOf } from '../../../shared/error-state.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';

export function DirectorySection() {
  const { organization } = useMe();
  const { change } = useOrganizationActions();
  return (
    <SettingsSection title="Who sees the people">
      <Switch
        label="Everybody but guests sees who belongs here"
        description="Otherwise only administrators do. Addresses are for administrators either way."
        checked={organization.settings.memberDirectory === 'members'}
        disabled={change.isPending}
        onChange={(event) =>
          change.mutate({
            settings: { memberDirectory: event.currentTarget.checked ? 'members' : 'admins' },
          })
        }
      />
      {change.error !== null && (
        <Text c="var(--rubric)" role="alert" mt="sm">
          {messageOf(change.error)}
        </Text>
      )}
    </SettingsSection>
  );
}
