import { Button } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { IconBooks, IconFilterOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Source } from '../../../../client/index.ts';
import { useSources } from '../../api/library.ts';
import type { LibrarySearch } from '../../app/search-params.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { ErrorState } from '../../shared/error-state.tsx';
import { Waiting } from '../../shared/waiting.tsx';
import { FilePicker } from '../upload/file-picker.tsx';
import { DeleteSource } from './delete-source.tsx';
import classes from './source-list.module.css';
import { SourceRow } from './source-row.tsx';

interface Props {
  readonly search: LibrarySearch;
  readonly onPaste: () => void;
}

export function SourceList(props: Props) {
  const { collection, status, q } = props.search;
  const sources = useSources({
    ...(collection === undefined ? {} : { collectionId: collection }),
    ...(status === undefined ? {} : { status }),
    ...(q === undefined ? {} : { q }),
  });
  const [doomed, setDoomed] = useState<Source | null>(null);

  if (sources.isPending) return <Waiting label="Loading the documents" rowHeight={62} />;
  if (sources.isError) return <ErrorState error={sources.error} onRetry={() => void sources.refetch()} />;
  const items = sources.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return status !== undefined || q !== undefined ? <NothingMatches /> : <NothingYet {...props} />;
  }
  return (
    <>
      <ul className={classes.list} aria-label="Documents" aria-busy={sources.isPlaceholderData}>
        {items.map((source) => (
          <SourceRow key={source.id} source={source} onDelete={() => setDoomed(source)} />
        ))}
      </ul>
      {sources.hasNextPage && (
        <More loading={sources.isFetchingNextPage} onMore={() => void sources.fetchNextPage()} />
      )}
      <DeleteSource source={doomed} onClose={() => setDoomed(null)} />
    </>
  );
}

/** Loads the next page when it comes into view; also a button, for those who do not scroll. */
function More(props: { loading: boolean; onMore: () => void }) {
  const { ref, entry } = useIntersection({ rootMargin: '400px' });
  const { loading, onMore } = props;
  const near = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (near && !loading) onMore();
  }, [near, loading, onMore]);
  return (
    <div ref={ref} className={classes.more}>
      <Button variant="subtle" loading={loading} onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}

function NothingMatches() {
  return (
    <EmptyState
      icon={<IconFilterOff />}
      title="No document matches"
      action={
        <Button variant="light" component={Link} to="/library">
          Show all documents
        </Button>
      }
    >
      Widen the filter. To look inside the documents, use the search.
    </EmptyState>
  );
}

function NothingYet(props: Props) {
  return (
    <EmptyState
      icon={<IconBooks />}
      title="Nothing here yet"
      action={
        <>
          <FilePicker collectionId={props.search.collection}>
            {(open) => <Button onClick={open}>Choose files</Button>}
          </FilePicker>
          <Button variant="default" onClick={props.onPaste}>
            Paste text
          </Button>
        </>
      }
    >
      Drop PDF, Word, EPUB, HTML, Markdown or text files anywhere on this page. Each one shows how far it has
      come and can be searched as soon as it is ready.
    </EmptyState>
  );
}
