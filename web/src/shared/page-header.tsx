import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './page-header.module.css';

/** The heading of a page, its one-line purpose and its main actions; also names the browser's tab. */
export function PageHeader(props: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  useDocumentTitle(`${props.title} · Scriptorium`);
  return (
    <header className={classes.header}>
      <div>
        <h1 className={classes.title}>{props.title}</h1>
        {props.lead !== undefined && <p className={classes.lead}>{props.lead}</p>}
      </div>
      {props.actions !== undefined && <div className={classes.actions}>{props.actions}</div>}
    </header>
  );
}
