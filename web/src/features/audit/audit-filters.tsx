import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { AuditSearch } from '../../app/search-params.ts';
import { useAddressText } from '../../shared/use-address-text.ts';
import classes from './audit.module.css';
import { isFiltered } from './audit-search.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** By the beginning of the action. */
const MATTERS = [
  { value: '', label: 'Everything' },
  { value: 'session', label: 'Sign-ins and sessions' },
  { value: 'second_factor.', label: 'Second factors' },
  { value: 'user.', label: 'Accounts' },
  { value: 'member.', label: 'Members' },
  { value: 'invitation.', label: 'Invitations' },
  { value: 'api_key.', label: 'API keys' },
  { value: 'organization.', label: 'The organization' },
  { value: 'identity', label: 'Identity providers' },
  { value: 'collection.', label: 'Collections' },
  { value: 'source.', label: 'Documents' },
  { value: 'feature.', label: 'Switches' },
  { value: 'audit.', label: 'The trail itself' },
];

const OUTCOMES = [
  { value: '', label: 'Done or refused' },
  { value: 'succeeded', label: 'Done' },
  { value: 'denied', label: 'Refused' },
];

interface Props {
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
  readonly people: readonly Person[];
}

export function AuditFilters(props: Props) {
  const { search, onSearch } = props;
  const set = (name: keyof AuditSearch, value: string) => {
    const { [name]: _, ...others } = search;
    onSearch(value === '' ? others : { ...others, [name]: value });
  };
  const address = useAddressText(search.address, (text) => set('address', text), 400);
  return (
    <search className={classes.filters} aria-label="Filters">
      <NativeSelect
        label="What"
        data={MATTERS}
        value={search.action ?? ''}
        onChange={(event) => set('action', event.currentTarget.value)}
      />
      <NativeSelect
        label="Who"
        data={[
          { value: '', label: 'Everybody' },
          ...props.people.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={search.person ?? ''}
        onChange={(event) => set('person', event.currentTarget.value)}
      />
      <NativeSelect
        label="Outcome"
        data={OUTCOMES}
        value={search.outcome ?? ''}
        onChange={(event) => set('outcome', event.currentTarget.value)}
      />
      <TextInput
        label="From"
        type="date"
        value={search.from ?? ''}
        onChange={(event) => set('from', event.currentTarget.value)}
      />
      <TextInput
        label="Until"
        type="date"
        value={search.until ?? ''}
        onChange={(event) => set('until', event.currentTarget.value)}
      />
      <TextInput
        label="Network address"
        value={address.typed}
        onChange={(event) => address.setTyped(event.currentTarget.value)}
      />
      {isFiltered(search) && (
        <Button variant="subtle" onClick={() => onSearch({})}>
          Show everything
        </Button>
      )}
    </search>
  );
}
