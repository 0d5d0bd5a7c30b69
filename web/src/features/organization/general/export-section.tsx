import { Button, Progress } from '@mantine/core';
import { IconDownload, IconPackageExport } from '@tabler/icons-react';
import type { OrganizationExport } from '../../../../../client/index.ts';
import { useDownload } from '../../../api/download.ts';
import { useMe } from '../../../api/identity.ts';
import { isBeingMade, useExports, useFeatures, useStartExport } from '../../../api/organization.ts';
import { itemsOf } from '../../../api/pages.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { formatAgo, formatBytes, formatDate, formatNumber } from '../../../shared/format.ts';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { Row, RowAbout, Status } from '../../../shared/rows.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from './general.module.css';

export function ExportSection() {
  const archives = useExports();
  const start = useStartExport();
  const features = useFeatures();
  const making = itemsOf(archives.data).some(isBeingMade);
  return (
    <SettingsSection
      title="Take everything along"
      lead="One archive with all documents, their files and texts, people, invitations, tasks and the audit trail. It holds no passwords and no keys, and is kept for a week."
    >
      <FormError error={start.error} />
      {features.data?.exports === false ? (
        <p>Archives are switched off on this server. Its operator can make one.</p>
      ) : (
        <Button
          variant="default"
          leftSection={<IconPackageExport size={18} />}
          loading={start.isPending}
          disabled={making}
          onClick={() => start.mutate()}
        >
          {making ? 'An archive is being made' : 'Make an archive'}
        </Button>
      )}
      <PagedRows query={archives} name="archives" className={classes.exports} empty={null}>
        {(archive) => <ArchiveRow key={archive.id} archive={archive} />}
      </PagedRows>
    </SettingsSection>
  );
}

function ArchiveRow(props: { archive: OrganizationExport }) {
  const { archive } = props;
  const { organization } = useMe();
  const download = useDownload();
  const meta = [
    ...(archive.size === null ? [] : [formatBytes(archive.size)]),
    `made ${formatAgo(archive.createdAt, Date.now())}`,
    `kept until ${formatDate(archive.expiresAt)}`,
  ].join(' · ');
  return (
    <Row data-archive={archive.ready ? 'ready' : 'waiting'}>
      <RowAbout
        title={archive.ready ? 'Archive' : archiveWords(archive)}
        meta={meta}
        error={download.error}
      />
      {archive.ready ? (
        <Button
          size="compact-md"
          variant="light"
          leftSection={<IconDownload size={16} />}
          loading={download.isPending}
          onClick={() =>
            download.mutate(`/api/v1/organizations/${organization.id}/exports/${archive.id}/file`)
          }
        >
          Download
        </Button>
      ) : (
        <ArchiveState archive={archive} />
      )}
    </Row>
  );
}

function ArchiveState(props: { archive: OrganizationExport }) {
  if (!isBeingMade(props.archive)) return <Status tone="bad">Failed</Status>;
  const { done, total } = props.archive.task?.progress ?? { done: 0, total: 0 };
  return (
    <Progress
      w="8rem"
      size="sm"
      animated={total === 0}
      value={total === 0 ? 100 : (100 * done) / total}
      aria-label="How far the archive is"
    />
  );
}

function archiveWords({ task }: OrganizationExport): string {
  if (task === null) return 'Archive that was not made';
  if (task.error !== undefined) return task.error.message;
  const { done, total, unit } = task.progress;
  return total === 0 ? 'Being made' : `Being made: ${formatNumber(done)} of ${formatNumber(total)} ${unit}`;
}
