import { Skeleton, VisuallyHidden } from '@mantine/core';

const ROWS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

/** Stands where a list will be. */
export function Waiting(props: { label: string; rowHeight: number }) {
  return (
    <div role="status">
      <VisuallyHidden>{props.label}</VisuallyHidden>
      {ROWS.map((row) => (
        <Skeleton key={row} height={props.rowHeight} mb={10} radius="md" />
      ))}
    </div>
  );
}
