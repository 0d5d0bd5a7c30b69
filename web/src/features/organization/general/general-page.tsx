import { useMe } from '../../../api/identity.ts';
import { formatDate } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { roleMeaning, roleName } from '../../../shared/roles.ts';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import { ClosingSection } from './closing-section.tsx';
import { DirectorySection } from './directory-section.tsx';
import { ExportSection } from './export-section.tsx';
import { NameSection } from './name-section.tsx';

export function GeneralPage() {
  const { organization } = useMe();
  const admin = organization.role === 'admin';
  const closed = organization.closedAt !== null;
  return (
    <>
      <PageHeader
        title={organization.name}
        lead={`Made ${formatDate(organization.createdAt)}. Everything here belongs to this organization and to nobody else.`}
      />
      {admin && !closed && <NameSection />}
      <SettingsSection title="Your role">
        {roleName(organization.role)}. {roleMeaning(organization.role)}.
      </SettingsSection>
      {admin && !closed && <DirectorySection />}
      {admin && <ExportSection />}
      {admin && <ClosingSection />}
    </>
  );
}
