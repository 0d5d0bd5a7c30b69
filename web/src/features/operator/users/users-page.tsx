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
import { Status } from '../../../shared/rows.tsx';
import { DirectoryFilters, DirectoryRow } from '../directory.tsx';
import classes from '../operator.module.css';
import { UserDrawer } from './user-drawer.tsx';

const STATE_WORDS = { disabled: 'Disabled', operator: 'Operators' } as const;
const STATES = USER_STATES.map((state) => [state, STATE_WORDS[state]] as const);

const route = getRouteApi('/signed-in/operator/users');

export function UsersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const users = useInstanceUsers(search);
  const [openId, setOpenId] = useState<string | null>(null);
  return (
    <>
      <PageHeader title="Accounts" lead="Everybody who has an account on this instance." />
      <DirectoryFilters
        label="Find an account"
        placeholder="Find by name or address"
        states={STATES}
        search={search}
        onSearch={(next) => void navigate({ search: next })}
      />
      <PagedRows
        query={users}
        name="accounts"
        className={classes.columns}
        empty={
          <EmptyState icon={<IconUserSearch />} title="No account matches">
            Look for how a first name, a last name or an address begins, or show all states.
          </EmptyState>
        }
      >
        {(user) => (
          <DirectoryRow
            key={user.id}
            data-user={user.id}
            name={user.id === me.user.id ? `${user.name} (you)` : user.name}
            meta={`${user.email} · since ${formatDate(user.createdAt)}`}
            status={<UserStatus user={user} />}
            onOpen={() => setOpenId(user.id)}
          />
        )}
      </PagedRows>
      {openId !== null && <UserDrawer id={openId} onClose={() => setOpenId(null)} />}
    </>
  );
}

function UserStatus(props: { user: InstanceUser }) {
  if (props.user.disabledAt !== null) return <Status tone="bad">Disabled</Status>;
  return props.user.operator ? <Status tone="active">Operator</Status> : <Status tone="good">In use</Status>;
}
