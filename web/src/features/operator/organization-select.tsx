import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useInstanceOrganization, useInstanceOrganizations } from '../../api/operator.ts';
import { itemsOf } from '../../api/pages.ts';
import { plural } from '../../shared/format.ts';
import classes from './operator.module.css';

interface Props {
  readonly label: string;
  /** An id; empty: none is chosen yet. */
  readonly value?: string;
  readonly onChange?: (id: string) => void;
  readonly error?: string;
}

/** Milliseconds without a keystroke before the server is asked. */
const SETTLE = 200;

/** One of all organizations of the instance, which the server searches as one types. */
export function OrganizationSelect(props: Props) {
  const { value = '' } = props;
  const chosen = useInstanceOrganization(value);
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed.trim(), SETTLE);
  // The field shows the name of what is chosen: that is no search.
  const q = settled === chosen.data?.name ? '' : settled;
  const found = useInstanceOrganizations(q === '' ? {} : { q });
  const others = itemsOf(found.data).filter(({ id }) => id !== value);
  const organizations = chosen.data === undefined ? others : [chosen.data, ...others];
  const members = new Map(organizations.map((organization) => [organization.id, organization.members]));
  return (
    <Select
      label={props.label}
      placeholder="Type the beginning of its name"
      searchable
      allowDeselect={false}
      data={organizations.map(({ id, name }) => ({ value: id, label: name }))}
      // The server has searched already.
      filter={({ options }) => options}
      renderOption={({ option }) => (
        <span className={classes.option}>
          <span>{option.label}</span>
          <small>{plural(members.get(option.value) ?? 0, 'member')}</small>
        </span>
      )}
      nothingFoundMessage={found.isFetching ? 'Looking…' : 'No organization begins like this'}
      searchValue={typed}
      onSearchChange={setTyped}
      value={value === '' ? null : value}
      onChange={(id) => props.onChange?.(id ?? '')}
      error={props.error}
    />
  );
}
