import { Alert } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { Outlet, useLocation } from '@tanstack/react-router';
import type { Organization } from '../../../../client/index.ts';
import { useMe } from '../../api/identity.ts';
import { formatDate } from '../../shared/format.ts';
import { Refused } from '../../shared/refused.tsx';
import { isAtLeast, type Role } from '../../shared/roles.ts';
import { type Section, SectionNav } from '../../shared/section-nav.tsx';
import { TextLink } from '../../shared/text-link.tsx';

interface OrganizationSection extends Section {
  readonly minimum: Role;
}

function sectionsOf(organization: Organization): readonly OrganizationSection[] {
  const directory = organization.settings.memberDirectory === 'members' ? 'regular' : 'admin';
  return [
    { to: '/organization', label: 'General', exact: true, minimum: 'guest' },
    { to: '/organization/members', label: 'People', minimum: directory },
    { to: '/organization/api-keys', label: 'API keys', minimum: 'admin' },
    { to: '/organization/access', label: 'Signing in', minimum: 'admin' },
    { to: '/organization/audit', label: 'Audit trail', minimum: 'admin' },
    { to: '/organization/usage', label: 'Usage', minimum: 'admin' },
  ];
}

/** The pages of the organization; shows a role only what the server would answer it. */
export function OrganizationLayout() {
  const { organization } = useMe();
  const { pathname } = useLocation();
  const sections = sectionsOf(organization);
  const closed = organization.closedAt !== null;
  const here = sections.find(({ to }) => to === pathname.replace(/\/$/, ''));
  return (
    <>
      <SectionNav
        label="Organization"
        sections={sections.filter(
          ({ minimum, exact }) => isAtLeast(organization.role, minimum) && (!closed || exact === true),
        )}
      />
      {closed && <Closed organization={organization} />}
      {here !== undefined && !isAtLeast(organization.role, here.minimum) ? (
        <Refused who="The administrators of the organization see it." />
      ) : (
        <Outlet />
      )}
    </>
  );
}

function Closed(props: { organization: Organization }) {
  const { deleteAfter } = props.organization;
  return (
    <Alert color="rubric" variant="light" mb="lg" icon={<IconClockExclamation />}>
      This organization is closed
      {deleteAfter !== null && ` and will be deleted for good after ${formatDate(deleteAfter)}`}. Only its
      administrators get in. Export or restore it under <TextLink to="/organization">General</TextLink>.
    </Alert>
  );
}
