import { Link } from '@tanstack/react-router';
import type { Collection } from '../../../../client/index.ts';
import { useSources } from '../../api/library.ts';
import { plural } from '../../shared/format.ts';
import classes from './home-page.module.css';

/** Pages of the API hold a hundred at most; beyond that "100+" says enough. */
const COUNTED = 100;

/** What the library holds, by collection, and what in it needs a person. */
export function Holdings(props: { collections: readonly Collection[] }) {
  const failed = useCount('failed');
  const moving = useCount('processing');
  return (
    <section className={classes.holdings} aria-labelledby="holdings-title">
      <h2 id="holdings-title" className={classes.sectionTitle}>
        Collections
      </h2>
      {(failed !== '' || moving !== '') && (
        <p className={classes.attention}>
          {moving !== '' && (
            <Link to="/library" search={{ status: 'processing' }}>
              {moving} on the way
            </Link>
          )}
          {failed !== '' && (
            <Link to="/library" search={{ status: 'failed' }} data-failed>
              {failed} could not be read
            </Link>
          )}
        </p>
      )}
      <ul className={classes.collections}>
        {props.collections.map((collection) => (
          <li key={collection.id}>
            <Link to="/library" search={{ collection: collection.id }} className={classes.collection}>
              <span className={classes.collectionName}>{collection.name}</span>
              {collection.description !== '' && (
                <span className={classes.description}>{collection.description}</span>
              )}
              <span className={classes.count}>{plural(collection.sources, 'document')}</span>
            </Link>
          </li>
        ))}
        <li>
          <Link to="/library" className={classes.collection}>
            <span className={classes.collectionName}>All documents</span>
            <span className={classes.description}>With those that belong to no collection.</span>
          </Link>
        </li>
      </ul>
    </section>
  );
}

function useCount(status: 'failed' | 'processing'): string {
  const page = useSources({ status }, COUNTED).data?.pages[0];
  const count = page?.items.length ?? 0;
  if (count === 0) return '';
  return page?.nextCursor === null ? plural(count, 'document') : `${COUNTED}+ documents`;
}
