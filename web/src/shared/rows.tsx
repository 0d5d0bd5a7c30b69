import { Button } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { type ComponentProps, type ReactNode, useEffect } from 'react';
import { messageOf } from './error-state.tsx';
import classes from './rows.module.css';

interface RowsProps {
  /** What the list is called by assistive technology. */
  readonly label: string;
  /** Sets the columns; see `rows.module.css`. */
  readonly className?: string | undefined;
  readonly busy?: boolean;
  readonly children: ReactNode;
}

export function Rows(props: RowsProps) {
  return (
    <ul className={joined(classes.list, props.className)} aria-label={props.label} aria-busy={props.busy}>
      {props.children}
    </ul>
  );
}

export function Row(props: ComponentProps<'li'>) {
  return <li {...props} className={joined(classes.row, props.className)} />;
}

interface AboutProps {
  readonly title: ReactNode;
  readonly meta?: ReactNode;
  /** Why an act on this row was refused. */
  readonly error?: Error | null;
  readonly children?: ReactNode;
}

/** The first column: what it is, and what there is to know about it. */
export function RowAbout(props: AboutProps) {
  return (
    <div className={classes.about}>
      <div className={classes.title}>{props.title}</div>
      {props.meta !== undefined && <div className={classes.meta}>{props.meta}</div>}
      {props.children}
      {props.error !== undefined && props.error !== null && (
        <RowFailure role="alert">{messageOf(props.error)}</RowFailure>
      )}
    </div>
  );
}

/** Below what is known of a row: what went wrong with it. */
export function RowFailure(props: ComponentProps<'p'>) {
  return <p {...props} className={classes.failure} />;
}

export type Tone = 'idle' | 'active' | 'good' | 'warning' | 'bad';

export function Status(props: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes.status} data-tone={props.tone}>
      {props.children}
    </span>
  );
}

/** Loads the next page when it comes into view; also a button, for those who do not scroll. */
export function More(props: { loading: boolean; onMore: () => void }) {
  const { ref, entry } = useIntersection({ rootMargin: '400px' });
  const { loading, onMore } = props;
  const near = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (near && !loading) onMore();
  }, [near, loading, onMore]);
  return (
    <div ref={ref} className={classes.more}>
      <Button variant="subtle" loading={loading} onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}

function joined(...names: readonly (string | undefined)[]): string {
  return names.filter((name) => name !== undefined).join(' ');
}
