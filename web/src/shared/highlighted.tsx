import type { ReactNode } from 'react';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A text with ranges marked. Ranges are UTF-16 code units; they may touch or overlap and need not be sorted. */
export function Highlighted(props: { text: string; ranges: readonly Range[] }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const range of [...props.ranges].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, range.start);
    const end = Math.min(props.text.length, range.end);
    if (end <= start) continue;
    if (start > at) parts.push(props.text.slice(at, start));
    parts.push(<mark key={start}>{props.text.slice(start, end)}</mark>);
    at = end;
  }
  parts.push(props.text.slice(at));
  return <>{parts}</>;
}
