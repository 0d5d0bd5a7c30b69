import { NativeSelect } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { LibrarySearch } from '../../app/search-params.ts';
import { SearchField } from '../../shared/search-field.tsx';
import { useAddressText } from '../../shared/use-address-text.ts';
import classes from './library-page.module.css';

const route = getRouteApi('/signed-in/library');

/** Milliseconds without a keystroke before the list narrows. */
const SETTLE = 200;

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
  const write = (q: string) =>
    void navigate({ search: ({ q: _old, ...rest }) => (q === '' ? rest : { ...rest, q }), replace: true });
  const { typed, setTyped } = useAddressText(search.q, write, SETTLE);
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
        onChange={setTyped}
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
