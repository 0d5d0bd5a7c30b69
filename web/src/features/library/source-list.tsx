import { Button } from '@mantine/core';
import { IconBooks, IconFilterOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Source } from '../../../../client/index.ts';
import { useIsAtLeast } from '../../api/identity.ts';
import { useSources } from '../../api/library.ts';
import type { LibrarySearch } from '../../app/search-params.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { PagedRows } from '../../shared/paged-rows.tsx';
import { FilePicker } from '../upload/file-picker.tsx';
import { DeleteSource } from './delete-source.tsx';
import { MoveSource } from './move-source.tsx';
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
  const mayEdit = useIsAtLeast('power');
  const [doomed, setDoomed] = useState<Source | null>(null);
  const [moving, setMoving] = useState<Source | null>(null);

  const narrowed = status !== undefined || q !== undefined;
  return (
    <>
      <PagedRows
        query={sources}
        name="documents"
        className={classes.columns}
        empty={narrowed ? <NothingMatches /> : mayEdit ? <NothingYet {...props} /> : <NothingToRead />}
      >
        {(source) => (
          <SourceRow
            key={source.id}
            source={source}
            mayEdit={mayEdit}
            onMove={() => setMoving(source)}
            onDelete={() => setDoomed(source)}
          />
        )}
      </PagedRows>
      {moving !== null && <MoveSource source={moving} onClose={() => setMoving(null)} />}
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

/** For roles that add nothing. */
function NothingToRead() {
  return (
    <EmptyState icon={<IconBooks />} title="Nothing here yet">
      Documents show here as soon as somebody adds them. Power users and administrators may.
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
