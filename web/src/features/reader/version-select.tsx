import { NativeSelect } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Source } from '../../../../client/index.ts';
import { useVersions } from '../../api/library.ts';
import { formatDate } from '../../shared/format.ts';

const route = getRouteApi('/signed-in/library/$sourceId');

/** Older versions stay readable, because citations point into them. Hidden while there is only one. */
export function VersionSelect(props: { source: Source }) {
  const { source } = props;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const versions = useVersions(source.id);
  const items = versions.data?.items ?? [];
  if (items.length < 2) return null;
  return (
    <NativeSelect
      size="sm"
      aria-label="Version"
      data={items.map(({ version, createdAt }) => ({
        value: String(version),
        label: `Version ${version}, ${formatDate(createdAt)}`,
      }))}
      value={String(search.version ?? source.version)}
      // The cited range belongs to the version that was left.
      onChange={(event) => void navigate({ search: { version: Number(event.currentTarget.value) } })}
    />
  );
}
