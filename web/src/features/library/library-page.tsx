import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClipboardText, IconUpload } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useIsAtLeast } from '../../api/identity.ts';
import { useCollections } from '../../api/library.ts';
import { languageName, plural } from '../../shared/format.ts';
import { PageHeader } from '../../shared/page-header.tsx';
import { FilePicker } from '../upload/file-picker.tsx';
import { CollectionPane } from './collection-pane.tsx';
import { LibraryFilters } from './library-filters.tsx';
import classes from './library-page.module.css';
import { SourceList } from './source-list.tsx';

const PasteTextDialog = lazy(() =>
  import('./paste-text-dialog.tsx').then((module) => ({ default: module.PasteTextDialog })),
);

const route = getRouteApi('/signed-in/library');

export function LibraryPage() {
  const search = route.useSearch();
  const collections = useCollections();
  const mayEdit = useIsAtLeast('power');
  const [pasting, paste] = useDisclosure();
  const current = collections.data?.find((collection) => collection.id === search.collection);

  const lead =
    current === undefined
      ? 'Every document, and how far it has come.'
      : [
          plural(current.sources, 'document'),
          ...(current.language === null ? [] : [languageName(current.language)]),
          ...(current.description === '' ? [] : [current.description]),
        ].join(' · ');

  return (
    <>
      <PageHeader
        title={current?.name ?? 'Library'}
        lead={lead}
        actions={
          mayEdit && (
            <>
              <Button variant="default" leftSection={<IconClipboardText size={18} />} onClick={paste.open}>
                Paste text
              </Button>
              <FilePicker collectionId={search.collection}>
                {(open) => (
                  <Button leftSection={<IconUpload size={18} />} onClick={open}>
                    Add files
                  </Button>
                )}
              </FilePicker>
            </>
          )
        }
      />
      <div className={classes.columns}>
        <CollectionPane current={search.collection} />
        <div className={classes.content}>
          <LibraryFilters />
          <SourceList search={search} onPaste={paste.open} />
        </div>
      </div>
      <Suspense>
        {pasting && <PasteTextDialog collectionId={search.collection} onClose={paste.close} />}
      </Suspense>
    </>
  );
}
