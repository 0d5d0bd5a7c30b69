import { IconBuildingCommunity } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { InstanceOrganization } from '../../../../../client/index.ts';
import { useInstanceOrganizations } from '../../../api/operator.ts';
import { itemsOf } from '../../../api/pages.ts';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { formatDate, plural } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { Status } from '../../../shared/rows.tsx';
import { DirectoryFilters, DirectoryRow } from '../directory.tsx';
import classes from '../operator.module.css';
import { OrganizationDrawer } from './organization-drawer.tsx';

const route = getRouteApi('/signed-in/operator/organizations');

export function OrganizationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const organizations = useInstanceOrganizations(search);
  const [openId, setOpenId] = useState<string | null>(null);
  const open = itemsOf(organizations.data).find(({ id }) => id === openId);
  return (
    <>
      <PageHeader title="Organizations" lead="All of this instance. What is in them only their people see." />
      <DirectoryFilters
        label="Find an organization"
        placeholder="Find by the beginning of a name"
        states={[['suspended', 'Suspended']]}
        search={search}
        onSearch={(next) => void navigate({ search: next })}
      />
      <PagedRows
        query={organizations}
        name="organizations"
        className={classes.columns}
        empty={
          <EmptyState icon={<IconBuildingCommunity />} title="No organization matches">
            Names are found by how they or their last word begin. Type less of it, or show all states.
          </EmptyState>
        }
      >
        {(organization) => (
          <DirectoryRow
            key={organization.id}
            data-organization={organization.id}
            name={organization.name}
            meta={`${plural(organization.members, 'member')} · made ${formatDate(organization.createdAt)}`}
            status={<OrganizationStatus organization={organization} />}
            onOpen={() => setOpenId(organization.id)}
          />
        )}
      </PagedRows>
      {open !== undefined && <OrganizationDrawer organization={open} onClose={() => setOpenId(null)} />}
    </>
  );
}

function OrganizationStatus(props: { organization: InstanceOrganization }) {
  return props.organization.suspendedAt === null ? (
    <Status tone="good">Open</Status>
  ) : (
    <Status tone="bad">Suspended</Status>
  );
}
