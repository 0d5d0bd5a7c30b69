import type { ReactNode } from 'react';
import classes from './states.module.css';

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** 1 where it is all that the page shows. */
  readonly level?: 1 | 2;
}

/** Says why there is nothing here and what to do next. */
export function EmptyState(props: Props) {
  const Heading = props.level === 1 ? 'h1' : 'h2';
  return (
    <section className={classes.state}>
      <div className={classes.icon} aria-hidden>
        {props.icon}
      </div>
      <Heading className={classes.title}>{props.title}</Heading>
      {props.children !== undefined && <div className={classes.text}>{props.children}</div>}
      {props.action !== undefined && <div className={classes.action}>{props.action}</div>}
    </section>
  );
}
