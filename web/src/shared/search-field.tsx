import { CloseButton, Kbd, TextInput, type TextInputProps } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import classes from './search-field.module.css';

interface Props extends Omit<TextInputProps, 'onChange' | 'value'> {
  readonly value: string;
  readonly label: string;
  readonly onChange: (value: string) => void;
}

/** The search field of a page: `/` brings the caret here, Esc empties it and then leaves it. */
export function SearchField(props: Props) {
  const { value, label, onChange, onKeyDown, ...rest } = props;
  const leave = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      if (value === '') event.currentTarget.blur();
      else onChange('');
    }
    onKeyDown?.(event);
  };
  return (
    <TextInput
      {...rest}
      type="search"
      role="searchbox"
      label={undefined}
      aria-label={label}
      data-search-field
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={leave}
      leftSection={<IconSearch size={18} aria-hidden />}
      rightSection={
        value === '' ? (
          <Kbd size="xs" aria-hidden className={classes.hint}>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Empty the field" onClick={() => onChange('')} />
        )
      }
    />
  );
}

/** Moves the caret into the page's search field; false when the page has none. */
export function focusSearchField(): boolean {
  const field = document.querySelector<HTMLInputElement | HTMLTextAreaElement>('[data-search-field]');
  if (field === null) return false;
  field.focus();
  field.select();
  return true;
}
