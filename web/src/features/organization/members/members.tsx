import { Button, NativeSelect, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconUserSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Member } from '../../../../../client/index.ts';
import { useMe } from '../../../api/identity.ts';
import { useMemberActions, useMembers } from '../../../api/organization.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { formatAgo } from '../../../shared/format.ts';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { asRole, ROLE_OPTIONS, roleName } from '../../../shared/roles.ts';
import { Row, RowAbout } from '../../../shared/rows.tsx';
import { SearchField } from '../../../shared/search-field.tsx';
import classes from './members.module.css';

/** Milliseconds without a keystroke before the server is asked. */
const SETTLE = 200;

export function Members() {
  const { organization } = useMe();
  const [wanted, setWanted] = useState('');
  const [q] = useDebouncedValue(wanted.trim(), SETTLE);
  const members = useMembers(q === '' ? {} : { q });
  const [leaving, setLeaving] = useState<Member | null>(null);
  // Only admins see addresses, and only they find somebody by one.
  const by = organization.role === 'admin' ? 'name or address' : 'name';
  return (
    <section aria-label="Members">
      <div className={classes.search}>
        <SearchField
          label={`Find a member by ${by}`}
          placeholder={`Find by ${by}`}
          maxLength={200}
          value={wanted}
          onChange={setWanted}
        />
      </div>
      <PagedRows
        query={members}
        name="members"
        className={classes.columns}
        empty={
          <EmptyState icon={<IconUserSearch />} title={`Nobody’s ${by} begins like this`}>
            Look for a first or a last name, or less of it.
          </EmptyState>
        }
      >
        {(member) => <MemberRow key={member.id} member={member} onRemove={() => setLeaving(member)} />}
      </PagedRows>
      <RemoveMember member={leaving} onClose={() => setLeaving(null)} />
    </section>
  );
}

function MemberRow(props: { member: Member; onRemove: () => void }) {
  const { member } = props;
  const { user, organization } = useMe();
  const { changeRole } = useMemberActions();
  const admin = organization.role === 'admin';
  const self = member.id === user.id;
  const joined = `joined ${formatAgo(member.createdAt, Date.now())}`;
  return (
    <Row data-member={member.id}>
      <RowAbout
        title={self ? `${member.name} (you)` : member.name}
        meta={member.email === null ? joined : `${member.email} · ${joined}`}
        error={changeRole.error}
      />
      {admin && !self ? (
        <NativeSelect
          aria-label={`Role of ${member.name}`}
          data={ROLE_OPTIONS}
          value={changeRole.isPending ? changeRole.variables.role : member.role}
          disabled={changeRole.isPending}
          onChange={(event) => {
            const role = asRole(event.currentTarget.value);
            if (role !== undefined) changeRole.mutate({ userId: member.id, role });
          }}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {roleName(member.role)}
        </Text>
      )}
      {admin && !self && (
        <Button
          size="compact-md"
          variant="default"
          aria-label={`Remove ${member.name}`}
          onClick={props.onRemove}
        >
          Remove
        </Button>
      )}
    </Row>
  );
}

function RemoveMember(props: { member: Member | null; onClose: () => void }) {
  const { remove } = useMemberActions();
  const { member, onClose } = props;
  const { organization } = useMe();
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Confirm
      opened={member !== null}
      title={`Remove ${member?.name}?`}
      act="Remove"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => member !== null && remove.mutate(member.id, { onSuccess: close })}
      onClose={close}
    >
      They are out of {organization.name} at once, and their API keys for it end. Their account stays, and so
      does what they added.
    </Confirm>
  );
}
