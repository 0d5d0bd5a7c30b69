import { Button } from '@mantine/core';
import { IconBooks, IconFilterOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Source } from '../../../../client/index.ts';
import { useSources } from '../../api/library.ts';
import type { LibrarySearch } from '../../app/search-params.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { PagedRows } from '../../shared/paged-rows.tsx';
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

  const narrowed = status !== undefined || q !== undefined;
  return (
    <>
      <PagedRows
        query={sources}
        name="documents"
        className={classes.columns}
        empty={narrowed ? <NothingMatches /> : <NothingYet {...props} />}
      >
        {(source) => <SourceRow key={source.id} source={source} onDelete={() => setDoomed(source)} />}
      </PagedRows>
      <DeleteSource source={doomed} onClose={() => setDoomed(null)} />
    </>
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
