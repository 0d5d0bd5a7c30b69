import { getRouteApi } from '@tanstack/react-router';
import type { Source } from '../../../../client/index.ts';
import { useContent, useSource } from '../../api/library.ts';
import { ErrorState } from '../../shared/error-state.tsx';
import { PageLoading } from '../../shared/page-loading.tsx';
import { NotReadable } from './not-readable.tsx';
import { Reader } from './reader.tsx';

const route = getRouteApi('/signed-in/library/$sourceId');

export function ReaderPage() {
  const { sourceId } = route.useParams();
  const source = useSource(sourceId);
  if (source.isPending) return <PageLoading />;
  if (source.isError)
    return <ErrorState level={1} error={source.error} onRetry={() => void source.refetch()} />;
  if (source.data.version === 0) return <NotReadable source={source.data} />;
  return <Version source={source.data} />;
}

function Version(props: { source: Source }) {
  const { source } = props;
  const search = route.useSearch();
  const version = search.version ?? source.version;
  const content = useContent(source.id, version, true);
  if (content.isPending) return <PageLoading />;
  if (content.isError)
    return <ErrorState level={1} error={content.error} onRetry={() => void content.refetch()} />;
  const { start, end } = search;
  const cited = start === undefined || end === undefined ? undefined : { start, end };
  // A fresh reader per version: find hits and scroll position belong to one text.
  return <Reader key={`${source.id}/${version}`} source={source} content={content.data} cited={cited} />;
}
