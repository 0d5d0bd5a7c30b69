import { Link } from '@tanstack/react-router';
import type { Citation } from '../../../../client/index.ts';
import classes from './answer-card.module.css';

/** The passages that an answer stands on, under the numbers of its chips. */
export function CitationList(props: { citations: readonly Citation[] }) {
  if (props.citations.length === 0) return null;
  return (
    <section className={classes.sources} aria-label="Sources">
      <h3 className={classes.sourcesTitle}>Sources</h3>
      <ol className={classes.sourceList}>
        {props.citations.map((citation) => (
          <li key={`${citation.id}/${citation.start}/${citation.end}`}>
            <Link
              to="/library/$sourceId"
              params={{ sourceId: citation.id }}
              search={{ version: citation.version, start: citation.start, end: citation.end }}
              className={classes.sourceTitle}
            >
              {citation.title}
              {citation.page === undefined ? '' : `, page ${citation.page}`}
            </Link>
            <blockquote className={classes.sourceQuote}>{citation.quote}</blockquote>
          </li>
        ))}
      </ol>
    </section>
  );
}
