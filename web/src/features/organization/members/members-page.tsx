import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useMe } from '../../../api/identity.ts';
import { useFeatures } from '../../../api/organization.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { Invitations } from './invitations.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { Members } from './members.tsx';

export function MembersPage() {
  const { organization } = useMe();
  const features = useFeatures();
  const [inviting, invite] = useDisclosure();
  const admin = organization.role === 'admin';
  const mayInvite = admin && organization.closedAt === null && features.data?.invitations !== false;
  return (
    <>
      <PageHeader
        title="People"
        lead={`Who belongs to ${organization.name}, and what they may do here.`}
        actions={
          mayInvite && (
            <Button leftSection={<IconUserPlus size={18} />} onClick={invite.open}>
              Invite
            </Button>
          )
        }
      />
      <Members />
      {admin && <Invitations mayInvite={mayInvite} onInvite={invite.open} />}
      {inviting && <InviteDialog onClose={invite.close} />}
    </>
  );
}
