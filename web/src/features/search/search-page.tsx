import { Button } from '@mantine/core';
import { IconSearch, IconZoomQuestion } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { type RefObject, useRef } from 'react';
import { type SearchRequest, useSearch } from '../../api/search.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { ErrorState } from '../../shared/error-state.tsx';
import { PageHeader } from '../../shared/page-header.tsx';
import { SearchField } from '../../shared/search-field.tsx';
import { useAddressText } from '../../shared/use-address-text.ts';
import { Waiting } from '../../shared/waiting.tsx';
import { ResultItem } from './result-item.tsx';
import { SearchFilters } from './search-filters.tsx';
import classes from './search-page.module.css';
import { SearchSummary } from './search-summary.tsx';
import { useResultKeys } from './use-result-keys.ts';

const route = getRouteApi('/signed-in/search');

/** Milliseconds without a keystroke before the library is asked. */
const SETTLE = 140;

export function SearchPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const results = useRef<HTMLOListElement>(null);
  const keys = useResultKeys(results);
  const write = (q: string) =>
    void navigate({ search: ({ q: _old, ...rest }) => (q === '' ? rest : { ...rest, q }), replace: true });
  const { typed, setTyped, settled } = useAddressText(search.q, write, SETTLE);

  return (
    <div className={classes.page}>
      <PageHeader title="Search" lead="By word and by meaning, down to the passage." />
      <SearchField
        label="Search your documents"
        placeholder="Words, a “phrase in quotes”, or a question; -word leaves out"
        size="lg"
        autoFocus
        maxLength={1000}
        value={typed}
        onChange={setTyped}
        onKeyDown={keys.onFieldKey}
      />
      <SearchFilters />
      <Results
        request={{
          q: settled,
          mode: search.mode ?? 'hybrid',
          collectionId: search.collection,
          language: search.language,
          passages: search.passages === 'all',
        }}
        list={results}
        keys={keys}
      />
    </div>
  );
}

interface ResultsProps {
  readonly request: SearchRequest;
  readonly list: RefObject<HTMLOListElement | null>;
  readonly keys: ReturnType<typeof useResultKeys>;
}

function Results(props: ResultsProps) {
  const { request } = props;
  const answers = useSearch(request);
  if (request.q === '') return <Invitation />;
  if (answers.isPending) return <Waiting label="Searching" rowHeight={96} />;
  if (answers.isError) return <ErrorState error={answers.error} onRetry={() => void answers.refetch()} />;
  const first = answers.data.pages[0];
  const items = answers.data.pages.flatMap((page) => page.items);
  if (first === undefined || items.length === 0) return <NothingFound q={request.q} />;
  return (
    <>
      <SearchSummary asked={request.mode} answer={first} count={items.length} more={answers.hasNextPage} />
      <ol
        ref={props.list}
        className={classes.results}
        aria-label="Results"
        aria-busy={answers.isPlaceholderData}
        onKeyDown={props.keys.onListKey}
      >
        {items.map((item) => (
          <ResultItem key={`${item.id}/${item.citation.start}`} item={item} />
        ))}
      </ol>
      {answers.hasNextPage && (
        <Button
          variant="subtle"
          fullWidth
          loading={answers.isFetchingNextPage}
          onClick={() => void answers.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function Invitation() {
  return (
    <EmptyState icon={<IconSearch />} title="What are you looking for?">
      Results come as you type. Arrow keys move through them, Enter opens the passage, Esc brings you back to
      the field.
    </EmptyState>
  );
}

function NothingFound(props: { q: string }) {
  return (
    <EmptyState icon={<IconZoomQuestion />} title={`Nothing found for “${props.q}”`}>
      Try fewer or other words, take the filters away, or choose the semantic mode, which looks for the
      meaning.
    </EmptyState>
  );
}
