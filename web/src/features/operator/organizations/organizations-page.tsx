import { SegmentedControl, UnstyledButton } from '@mantine/core';
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
import { Row, RowAbout, Status } from '../../../shared/rows.tsx';
import { SearchField } from '../../../shared/search-field.tsx';
import { useAddressText } from '../../../shared/use-address-text.ts';
import classes from '../operator.module.css';
import { OrganizationDrawer } from './organization-drawer.tsx';

const route = getRouteApi('/signed-in/operator/organizations');

export function OrganizationsPage() {
  const { q, state } = route.useSearch();
  const organizations = useInstanceOrganizations({
    ...(q === undefined ? {} : { q }),
    ...(state === undefined ? {} : { state }),
  });
  const [openId, setOpenId] = useState<string | null>(null);
  const open = itemsOf(organizations.data).find(({ id }) => id === openId);
  return (
    <>
      <PageHeader title="Organizations" lead="All of this instance. What is in them only their people see." />
      <Filters />
      <PagedRows
        query={organizations}
        name="organizations"
        className={classes.columns}
        empty={
          <EmptyState icon={<IconBuildingCommunity />} title="No organization matches">
            Look for a shorter part of the name, or show all states.
          </EmptyState>
        }
      >
        {(organization) => (
          <OrganizationRow
            key={organization.id}
            organization={organization}
            onOpen={() => setOpenId(organization.id)}
          />
        )}
      </PagedRows>
      {open !== undefined && <OrganizationDrawer organization={open} onClose={() => setOpenId(null)} />}
    </>
  );
}

function Filters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const q = useAddressText(
    search.q,
    (text) =>
      void navigate({ search: ({ q: _, ...others }) => (text === '' ? others : { ...others, q: text }) }),
    300,
  );
  return (
    <div className={classes.filters}>
      <SearchField
        label="Find an organization"
        placeholder="Find by name"
        value={q.typed}
        onChange={q.setTyped}
      />
      <SegmentedControl
        aria-label="State"
        data={[
          { value: 'all', label: 'All' },
          { value: 'suspended', label: 'Suspended' },
        ]}
        value={search.state ?? 'all'}
        onChange={(value) =>
          void navigate({
            search: ({ state: _, ...others }) =>
              value === 'suspended' ? { ...others, state: 'suspended' } : others,
          })
        }
      />
    </div>
  );
}

function OrganizationRow(props: { organization: InstanceOrganization; onOpen: () => void }) {
  const { organization } = props;
  return (
    <Row data-organization={organization.id}>
      <RowAbout
        title={
          <UnstyledButton className={classes.open} onClick={props.onOpen} aria-haspopup="dialog">
            {organization.name}
          </UnstyledButton>
        }
        meta={`${plural(organization.members, 'member')} · made ${formatDate(organization.createdAt)}`}
      />
      {organization.suspendedAt === null ? (
        <Status tone="good">Open</Status>
      ) : (
        <Status tone="bad">Suspended</Status>
      )}
    </Row>
  );
}
