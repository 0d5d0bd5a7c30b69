import { NativeSelect } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { LibrarySearch } from '../../app/search-params.ts';
import { SearchField } from '../../shared/search-field.tsx';
import classes from './library-page.module.css';

const route = getRouteApi('/signed-in/library');

const STATUSES: readonly { value: NonNullable<LibrarySearch['status']> | ''; label: string }[] = [
  { value: '', label: 'In any stage' },
  { value: 'ready', label: 'Ready' },
  { value: 'processing', label: 'On the way' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

/** Narrows the list by title and stage; both stand in the address, so a narrowed list can be linked to. */
export function LibraryFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search.q ?? '');
  const apply = useDebouncedCallback((q: string) => {
    void navigate({ search: ({ q: _old, ...rest }) => (q === '' ? rest : { ...rest, q }), replace: true });
  }, 200);
  const chooseStatus = (value: string) => {
    const status = STATUSES.find((candidate) => candidate.value === value)?.value ?? '';
    void navigate({ search: ({ status: _old, ...rest }) => (status === '' ? rest : { ...rest, status }) });
  };

  return (
    <div className={classes.filters}>
      <SearchField
        label="Filter by title or file name"
        placeholder="Filter by title or file name"
        maxLength={200}
        value={typed}
        onChange={(value) => {
          setTyped(value);
          apply(value.trim());
        }}
      />
      <NativeSelect
        aria-label="Stage"
        data={STATUSES.map(({ value, label }) => ({ value, label }))}
        value={STATUSES.some(({ value }) => value === search.status) ? (search.status ?? '') : ''}
        onChange={(event) => chooseStatus(event.currentTarget.value)}
      />
    </div>
  );
}
