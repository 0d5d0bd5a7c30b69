import type { KeyboardEvent, RefObject } from 'react';
import { focusSearchField } from '../../shared/search-field.tsx';

/** Arrow keys lead from the field into the results, through them and back; Esc returns to the field. */
export function useResultKeys(list: RefObject<HTMLElement | null>) {
  const links = () => [...(list.current?.querySelectorAll<HTMLAnchorElement>('a[data-result]') ?? [])];

  return {
    onFieldKey: (event: KeyboardEvent) => {
      const first = links()[0];
      if (first === undefined) return;
      if (event.key === 'ArrowDown') {
        event.preventDefault();
        first.focus();
      } else if (event.key === 'Enter') {
        first.click();
      }
    },
    onListKey: (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        focusSearchField();
        return;
      }
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const all = links();
      const next = all.findIndex((link) => link.matches(':focus')) + step;
      if (next < 0) focusSearchField();
      else all[Math.min(next, all.length - 1)]?.focus();
    },
  };
}
