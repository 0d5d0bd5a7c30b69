import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconBooks } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useIsAtLeast, useMe } from '../../api/identity.ts';
import { useCollections, useSources } from '../../api/library.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { ErrorState } from '../../shared/error-state.tsx';
import { PageLoading } from '../../shared/page-loading.tsx';
import { FilePicker } from '../upload/file-picker.tsx';
import { Holdings } from './holdings.tsx';
import classes from './home-page.module.css';
import { QuickQuestion } from './quick-question.tsx';
import { RecentSources } from './recent-sources.tsx';

export function HomePage() {
  useDocumentTitle('Scriptorium');
  return useIsAtLeast('regular') ? <Start /> : <StartOfGuest />;
}

/** Guests see only what is shared with them. */
function StartOfGuest() {
  const { organization } = useMe();
  return (
    <EmptyState
      level={1}
      icon={<IconBooks />}
      title={`Welcome to ${organization.name}`}
      action={
        <Button variant="light" component={Link} to="/search">
          Search
        </Button>
      }
    >
      You are a guest here: what is shared with you can be searched. For more, ask an administrator for
      another role.
    </EmptyState>
  );
}

function Start() {
  const { organization } = useMe();
  const mayEdit = useIsAtLeast('power');
  const recent = useSources({}, 6);
  const collections = useCollections();
  if (recent.isPending) return <PageLoading />;
  if (recent.isError)
    return <ErrorState level={1} error={recent.error} onRetry={() => void recent.refetch()} />;
  const items = recent.data.pages[0]?.items ?? [];
  const empty = items.length === 0;

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <p className={classes.organization}>{organization.name}</p>
        <h1 className={classes.title}>{empty ? firstWords(mayEdit) : 'What would you like to know?'}</h1>
      </header>
      {empty ? (
        <FirstSteps mayEdit={mayEdit} />
      ) : (
        <>
          <QuickQuestion />
          <Holdings collections={collections.data ?? []} />
          <RecentSources sources={items} />
        </>
      )}
    </div>
  );
}

function firstWords(mayEdit: boolean): string {
  return mayEdit ? 'Welcome. Begin with a document.' : 'Welcome. There is nothing to read yet.';
}

function FirstSteps(props: { mayEdit: boolean }) {
  return (
    <ol className={classes.steps}>
      <li>
        <h2>Put documents in</h2>
        {props.mayEdit ? (
          <>
            <p>Drop PDF, Word, EPUB, HTML, Markdown or text files anywhere on this page, or choose them.</p>
            <FilePicker collectionId={undefined}>
              {(open) => (
                <Button leftSection={<IconBooks size={18} />} onClick={open}>
                  Choose files
                </Button>
              )}
            </FilePicker>
          </>
        ) : (
          <p>Power users and administrators do that; ask them, or ask for their role.</p>
        )}
      </li>
      <li>
        <h2>Find passages</h2>
        <p>
          Search by word and by meaning as soon as the first document is ready. Press / to begin from any
          page.
        </p>
      </li>
      <li>
        <h2>Ask</h2>
        <p>Answers quote your documents, and each quote leads to the exact place.</p>
      </li>
    </ol>
  );
}
