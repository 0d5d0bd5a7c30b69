import type { ReactNode } from 'react';
import classes from './facts.module.css';

/** Names and values, one pair a line. */
export function Facts(props: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {props.facts.map(([name, value]) => (
        <div key={name} className={classes.pair}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An id, a hash, an address: something that is compared rather than read. */
export function Code(props: { children: ReactNode }) {
  return <span className={classes.code}>{props.children}</span>;
}
