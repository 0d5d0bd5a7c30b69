import { Alert } from '@mantine/core';
import { IconBarrierBlock, IconShieldX } from '@tabler/icons-react';
import type { Overview } from '../../../../../client/index.ts';
import { useOverview } from '../../../api/operator.ts';
import { ErrorState } from '../../../shared/error-state.tsx';
import { Figures } from '../../../shared/figures.tsx';
import { formatAgo, formatBytes, formatNumber, plural } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { TextLink } from '../../../shared/text-link.tsx';
import { Waiting } from '../../../shared/waiting.tsx';

export function OverviewPage() {
  const overview = useOverview();
  const lead =
    overview.data === undefined
      ? 'How the whole instance is doing.'
      : `Scriptorium ${overview.data.version} on Node ${overview.data.node}, ${databaseWords(overview.data.database)}.`;
  return (
    <>
      <PageHeader title="Overview" lead={lead} />
      {overview.isPending && <Waiting label="Loading the overview" rowHeight={110} />}
      {overview.isError && <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.data !== undefined && <Groups overview={overview.data} />}
    </>
  );
}

function Groups(props: { overview: Overview }) {
  const { accounts, audit, database, queue, storage, maintenance } = props.overview;
  return (
    <>
      {maintenance !== null && (
        <Alert color="rubric" variant="light" mb="md" icon={<IconBarrierBlock />}>
          Closed for maintenance: “{maintenance.message}”. Open it again under{' '}
          <TextLink to="/operator/switches">Switches</TextLink>.
        </Alert>
      )}
      {audit !== null && audit.brokenTrails > 0 && (
        <Alert color="rubric" variant="light" mb="md" role="alert" icon={<IconShieldX />}>
          Somebody changed {plural(audit.brokenTrails, 'audit trail')}: the nightly check found events that
          are not as they were recorded. Look into the{' '}
          <TextLink to="/operator/audit">instance’s trail</TextLink> first.
        </Alert>
      )}
      <Figures
        title="Accounts"
        figures={[
          { label: 'People', value: formatNumber(accounts.users) },
          { label: 'Organizations', value: formatNumber(accounts.organizations) },
          { label: 'Open sessions', value: formatNumber(accounts.openSessions) },
          { label: 'API keys in use', value: formatNumber(accounts.activeApiKeys) },
          { label: 'Operators', value: formatNumber(accounts.operators) },
          { label: 'Disabled', value: formatNumber(accounts.disabledUsers) },
          { label: 'Suspended', value: formatNumber(accounts.suspendedOrganizations) },
        ]}
      />
      <Figures
        title="Work in the background"
        figures={[
          { label: 'Waiting', value: formatNumber(queue.waiting) },
          { label: 'Running', value: formatNumber(queue.running) },
          { label: 'Given up', value: formatNumber(queue.failed) },
          ...(queue.oldestWaitingSince === null
            ? []
            : [{ label: 'Oldest waits since', value: formatAgo(queue.oldestWaitingSince, Date.now()) }]),
        ]}
        parts={[
          { label: 'Waiting', value: queue.waiting },
          { label: 'Running', value: queue.running },
          { label: 'Given up', value: queue.failed },
        ]}
      />
      <Figures
        title="Space"
        figures={[
          { label: 'Database', value: formatBytes(database.bytes) },
          {
            label: storage.complete ? 'Stored files' : 'Stored files, as far as counted',
            value: formatBytes(storage.bytes),
          },
          { label: 'Files', value: formatNumber(storage.files) },
        ]}
        parts={[
          { label: 'Database', value: database.bytes },
          { label: 'Stored files', value: storage.bytes },
        ]}
      />
      {audit !== null && (
        <Figures
          title="Audit trails, checked every night"
          figures={[
            { label: 'Whole', value: formatNumber(audit.trails - audit.brokenTrails) },
            { label: 'Changed by somebody', value: formatNumber(audit.brokenTrails) },
            { label: 'Last checked', value: formatAgo(audit.checkedAt, Date.now()) },
          ]}
        />
      )}
    </>
  );
}

function databaseWords({ kind, version }: Overview['database']): string {
  return kind === 'embedded' ? `database embedded (PostgreSQL ${version})` : `PostgreSQL ${version}`;
}
