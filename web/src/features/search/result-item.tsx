import { Link } from '@tanstack/react-router';
import type { SearchItem } from '../../../../client/index.ts';
import { languageName } from '../../shared/format.ts';
import { Highlighted } from '../../shared/highlighted.tsx';
import classes from './search-page.module.css';

/** One result; the whole of it leads to the exact passage. */
export function ResultItem(props: { item: SearchItem }) {
  const { item } = props;
  const { citation } = item;
  const where = [
    // The first heading of a document is often its title, which stands above already.
    ...item.headings.filter((heading) => heading !== item.title),
    ...(citation.page === undefined ? [] : [`page ${citation.page}`]),
    ...(item.language === null ? [] : [languageName(item.language)]),
  ];
  return (
    <li className={classes.result}>
      <Link
        to="/library/$sourceId"
        params={{ sourceId: item.id }}
        search={{ version: citation.version, start: citation.start, end: citation.end }}
        className={classes.resultTitle}
        data-result
      >
        {item.title}
      </Link>
      <div className={classes.where}>{where.join(' › ')}</div>
      <p className={classes.snippet} lang={item.language ?? undefined}>
        <Highlighted text={item.snippet} ranges={item.highlights} />
      </p>
    </li>
  );
}
