import { SegmentedControl, UnstyledButton } from '@mantine/core';
import { IconUserSearch } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { InstanceUser } from '../../../../../client/index.ts';
import { useMe } from '../../../api/identity.ts';
import { useInstanceUsers } from '../../../api/operator.ts';
import { USER_STATES } from '../../../app/search-params.ts';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { formatDate } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { Row, RowAbout, Status } from '../../../shared/rows.tsx';
import { SearchField } from '../../../shared/search-field.tsx';
import { useAddressText } from '../../../shared/use-address-text.ts';
import classes from '../operator.module.css';
import { UserDrawer } from './user-drawer.tsx';

const STATE_WORDS = { disabled: 'Disabled', operator: 'Operators' } as const;

const route = getRouteApi('/signed-in/operator/users');

export function UsersPage() {
  const { q, state } = route.useSearch();
  const users = useInstanceUsers({
    ...(q === undefined ? {} : { q }),
    ...(state === undefined ? {} : { state }),
  });
  const [openId, setOpenId] = useState<string | null>(null);
  return (
    <>
      <PageHeader title="Accounts" lead="Everybody who has an account on this instance." />
      <Filters />
      <PagedRows
        query={users}
        name="accounts"
        className={classes.columns}
        empty={
          <EmptyState icon={<IconUserSearch />} title="No account matches">
            Look for a shorter part of the name or the address, or show all states.
          </EmptyState>
        }
      >
        {(user) => <UserRow key={user.id} user={user} onOpen={() => setOpenId(user.id)} />}
      </PagedRows>
      {openId !== null && <UserDrawer id={openId} onClose={() => setOpenId(null)} />}
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
        label="Find an account"
        placeholder="Find by name or address"
        value={q.typed}
        onChange={q.setTyped}
      />
      <SegmentedControl
        aria-label="State"
        data={[
          { value: 'all', label: 'All' },
          ...USER_STATES.map((value) => ({ value, label: STATE_WORDS[value] })),
        ]}
        value={search.state ?? 'all'}
        onChange={(value) => {
          const chosen = USER_STATES.find((candidate) => candidate === value);
          void navigate({
            search: ({ state: _, ...others }) =>
              chosen === undefined ? others : { ...others, state: chosen },
          });
        }}
      />
    </div>
  );
}

function UserRow(props: { user: InstanceUser; onOpen: () => void }) {
  const { user } = props;
  const me = useMe();
  return (
    <Row data-user={user.id}>
      <RowAbout
        title={
          <UnstyledButton className={classes.open} onClick={props.onOpen} aria-haspopup="dialog">
            {user.name}
            {user.id === me.user.id && ' (you)'}
          </UnstyledButton>
        }
        meta={`${user.email} · since ${formatDate(user.createdAt)}`}
      />
      <UserStatus user={user} />
    </Row>
  );
}

function UserStatus(props: { user: InstanceUser }) {
  if (props.user.disabledAt !== null) return <Status tone="bad">Disabled</Status>;
  return props.user.operator ? <Status tone="active">Operator</Status> : <Status tone="good">In use</Status>;
}
