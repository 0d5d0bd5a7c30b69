import { type ReactNode, useId } from 'react';
import classes from './settings-section.module.css';

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

/** One matter on a page of settings. */
export function SettingsSection(props: Props) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h2 id={id} className={classes.title}>
        {props.title}
      </h2>
      {props.lead !== undefined && <p className={classes.lead}>{props.lead}</p>}
      {props.children}
    </section>
  );
}
