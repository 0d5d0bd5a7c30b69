import type { ReactNode } from 'react';
import classes from './states.module.css';

/** Says why there is nothing here and what to do next. */
export function EmptyState(props: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <section className={classes.state}>
      <div className={classes.icon} aria-hidden>
        {props.icon}
      </div>
      <h2 className={classes.title}>{props.title}</h2>
      {props.children !== undefined && <div className={classes.text}>{props.children}</div>}
      {props.action !== undefined && <div className={classes.action}>{props.action}</div>}
    </section>
  );
}
