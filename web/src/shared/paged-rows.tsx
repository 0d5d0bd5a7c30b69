import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from './error-state.tsx';
import { More, Rows } from './rows.tsx';
import { Waiting } from './waiting.tsx';

interface Page<T> {
  readonly items: readonly T[];
}

interface Props<T> {
  readonly query: UseInfiniteQueryResult<InfiniteData<Page<T>>, Error>;
  /** In small letters and the plural: "members". */
  readonly name: string;
  readonly className?: string | undefined;
  /** Pixels, for what stands there while loading. */
  readonly rowHeight?: number;
  readonly empty: ReactNode;
  readonly children: (item: T) => ReactNode;
}

/** A list that comes in pages: loading, refused, empty, or its rows with more on the way. */
export function PagedRows<T>(props: Props<T>) {
  const { query, name } = props;
  if (query.isPending) return <Waiting label={`Loading the ${name}`} rowHeight={props.rowHeight ?? 62} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return props.empty;
  return (
    <>
      <Rows label={capitalized(name)} className={props.className} busy={query.isPlaceholderData}>
        {items.map(props.children)}
      </Rows>
      {query.hasNextPage && (
        <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      )}
    </>
  );
}

function capitalized(name: string): string {
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}
