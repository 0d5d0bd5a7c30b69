import { useUsage } from '../../../api/organization.ts';
import { ErrorState } from '../../../shared/error-state.tsx';
import { Figures } from '../../../shared/figures.tsx';
import { PageHeader } from '../../../shared/page-header.tsx';
import { Waiting } from '../../../shared/waiting.tsx';
import { groupsOf } from './groups.ts';

export function UsagePage() {
  return (
    <>
      <PageHeader title="Usage" lead="What this organization holds, and what its questions have cost." />
      <Groups />
    </>
  );
}

function Groups() {
  const usage = useUsage();
  if (usage.isPending) return <Waiting label="Loading the usage" rowHeight={110} />;
  if (usage.isError) return <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />;
  return groupsOf(usage.data).map((group) => (
    <Figures key={group.title} title={group.title} figures={group.figures} parts={group.parts} />
  ));
}
