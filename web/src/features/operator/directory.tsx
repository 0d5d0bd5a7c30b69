import { SegmentedControl, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Row, RowAbout } from '../../shared/rows.tsx';
import { SearchField } from '../../shared/search-field.tsx';
import { useAddressText } from '../../shared/use-address-text.ts';
import classes from './operator.module.css';

/** Milliseconds without a keystroke before the list narrows. */
const SETTLE = 300;

interface Search<State> {
  readonly q?: string;
  readonly state?: State;
}

interface FiltersProps<State extends string> {
  readonly label: string;
  readonly placeholder: string;
  readonly states: readonly (readonly [state: State, words: string])[];
  /** What the address says. */
  readonly search: Search<State>;
  readonly onSearch: (search: Search<State>) => void;
}

/** Above a list of everything of its kind: by the beginning of a name, and by state; both stand in the address. */
export function DirectoryFilters<State extends string>(props: FiltersProps<State>) {
  const { search, states, onSearch } = props;
  const { q: _q, ...otherThanText } = search;
  const { state: _state, ...otherThanState } = search;
  const text = useAddressText(
    search.q,
    (q) => onSearch(q === '' ? otherThanText : { ...otherThanText, q }),
    SETTLE,
  );
  return (
    <div className={classes.filters}>
      <SearchField
        label={props.label}
        placeholder={props.placeholder}
        maxLength={200}
        value={text.typed}
        onChange={text.setTyped}
      />
      <SegmentedControl
        aria-label="State"
        data={[{ value: 'all', label: 'All' }, ...states.map(([value, label]) => ({ value, label }))]}
        value={search.state ?? 'all'}
        onChange={(value) => {
          const chosen = states.find(([state]) => state === value)?.[0];
          onSearch(chosen === undefined ? otherThanState : { ...otherThanState, state: chosen });
        }}
      />
    </div>
  );
}

interface RowProps {
  readonly name: string;
  readonly meta: string;
  readonly status: ReactNode;
  readonly onOpen: () => void;
}

/** A row that opens its drawer. */
export function DirectoryRow({
  name,
  meta,
  status,
  onOpen,
  ...marks
}: RowProps & { [mark: `data-${string}`]: string }) {
  return (
    <Row {...marks}>
      <RowAbout
        title={
          <UnstyledButton className={classes.open} onClick={onOpen} aria-haspopup="dialog">
            {name}
          </UnstyledButton>
        }
        meta={meta}
      />
      {status}
    </Row>
  );
}
