import { useMe } from '../../../api/identity.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { DeleteSection } from './delete-section.tsx';
import { EmailSection } from './email-section.tsx';
import { LeaveSection } from './leave-section.tsx';
import { NameSection } from './name-section.tsx';

export function AccountPage() {
  const { user } = useMe();
  return (
    <>
      <PageHeader title="Your account" lead={`${user.name}, ${user.email}`} />
      <NameSection />
      <EmailSection />
      <LeaveSection />
      <DeleteSection />
    </>
  );
}
