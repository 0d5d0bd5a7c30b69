import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useLeaveOrganization } from '../../../api/account.ts';
import { useMe } from '../../../api/identity.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';

export function LeaveSection() {
  const { user, organization, organizations } = useMe();
  const leave = useLeaveOrganization();
  const [asking, ask] = useDisclosure();
  const close = () => {
    leave.reset();
    ask.close();
  };
  return (
    <SettingsSection
      title={`Leave ${organization.name}`}
      lead="What you have added stays there. You keep your account."
    >
      <Button variant="default" onClick={ask.open}>
        Leave…
      </Button>
      <Confirm
        opened={asking}
        title={`Leave ${organization.name}?`}
        act="Leave"
        pending={leave.isPending}
        error={leave.error}
        onConfirm={() => leave.mutate({ organizationId: organization.id, userId: user.id })}
        onClose={close}
      >
        You are out at once, and so are your API keys there. An administrator can invite you again.
        {organizations.length === 1 &&
          ' You belong to no other organization, so there is nothing to go on in.'}
      </Confirm>
    </SettingsSection>
  );
}
