import type { ReactNode } from 'react';
import { MaintenanceNotice } from '../../shared/maintenance-notice.tsx';
import { Wordmark } from '../../shared/wordmark.tsx';
import classes from './doorway.module.css';

/** The frame of the pages before signing in. */
export function Doorway(props: { title: string; lead: string; children: ReactNode }) {
  return (
    <main className={classes.doorway}>
      <div className={classes.brand}>
        <Wordmark />
      </div>
      <MaintenanceNotice className={classes.maintenance} />
      <section className={classes.card} aria-labelledby="doorway-title">
        <h1 id="doorway-title" className={classes.title}>
          {props.title}
        </h1>
        <p className={classes.lead}>{props.lead}</p>
        {props.children}
      </section>
    </main>
  );
}
