import { Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Citation } from '../../../../client/index.ts';
import classes from './answer-card.module.css';

/** How much of a quote the card shows, in characters; the passage itself is one click away. */
const SHOWN = 320;

/** The number of a citation; its quote on hover and on focus, its passage on click. */
export function CitationChip(props: { number: number; citation: Citation }) {
  const { number, citation } = props;
  const page = citation.page === undefined ? '' : `, page ${citation.page}`;
  return (
    <Tooltip
      multiline
      w={340}
      events={{ hover: true, focus: true, touch: false }}
      classNames={{ tooltip: classes.quoteCard }}
      label={
        <>
          <span className={classes.quoteText}>“{shorten(citation.quote)}”</span>
          <span className={classes.quoteSource}>
            {citation.title}
            {page}
          </span>
        </>
      }
    >
      <Link
        to="/library/$sourceId"
        params={{ sourceId: citation.id }}
        search={{ version: citation.version, start: citation.start, end: citation.end }}
        className={classes.chip}
        aria-label={`Citation ${number}: ${citation.title}${page}`}
        data-citation={number}
      >
        {number}
      </Link>
    </Tooltip>
  );
}

function shorten(quote: string): string {
  const line = quote.replace(/\s+/g, ' ').trim();
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN).replace(/\s\S*$/, '')} …`;
}
