import { ActionIcon, Button, Menu, Progress } from '@mantine/core';
import {
  IconDotsVertical,
  IconDownload,
  IconFolderSymlink,
  IconPlayerStop,
  IconRefresh,
  IconTrash,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Source, Stage } from '../../../../client/index.ts';
import { useSourceActions } from '../../api/library.ts';
import { formatAgo, formatBytes, languageName, mediaName } from '../../shared/format.ts';
import { MediaIcon } from '../../shared/media-icon.tsx';
import { Row, RowAbout, RowFailure, Status, type Tone } from '../../shared/rows.tsx';
import { isMoving, stageProgress, stageWords } from '../../shared/stage.ts';
import classes from './source-list.module.css';

const TONES: Readonly<Partial<Record<Stage, Tone>>> = { ready: 'good', failed: 'bad' };

interface Props {
  readonly source: Source;
  /** Whether the buttons that change something are there. */
  readonly mayEdit: boolean;
  readonly onMove: () => void;
  readonly onDelete: () => void;
}

export const SourceRow = memo(
  function SourceRow(props: Props) {
    const { source } = props;
    const actions = useSourceActions();
    const failure = actions.reprocess.error ?? actions.cancel.error;
    return (
      <Row className={classes.row} data-source={source.id} data-stage={source.stage}>
        <span className={classes.icon}>
          <MediaIcon mediaType={source.mediaType} />
        </span>
        <RowAbout title={<Title source={source} />} meta={metaOf(source)} error={failure}>
          {source.failure !== undefined && source.stage === 'failed' && (
            <RowFailure>{source.failure.message}</RowFailure>
          )}
        </RowAbout>
        <StageCell
          source={source}
          retrying={actions.reprocess.isPending}
          onRetry={props.mayEdit ? () => actions.reprocess.mutate(source.id) : undefined}
        />
        {props.mayEdit ? (
          <RowMenu
            source={source}
            onReprocess={() => actions.reprocess.mutate(source.id)}
            onCancel={() => actions.cancel.mutate(source.id)}
            onMove={props.onMove}
            onDelete={props.onDelete}
          />
        ) : (
          <ActionIcon
            component="a"
            href={fileOf(source)}
            download
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Download ${source.title}`}
          >
            <IconDownload size={18} />
          </ActionIcon>
        )}
      </Row>
    );
  },
  (before, after) => before.source === after.source && before.mayEdit === after.mayEdit,
);

function Title(props: { source: Source }) {
  const { source } = props;
  if (source.version === 0) return <span className={classes.unread}>{source.title}</span>;
  return (
    <Link to="/library/$sourceId" params={{ sourceId: source.id }} className={classes.title}>
      {source.title}
    </Link>
  );
}

function fileOf(source: Source): string {
  return `/api/v1/library/sources/${source.id}/file`;
}

function metaOf(source: Source): string {
  return [
    mediaName(source.mediaType),
    ...(source.language === null ? [] : [languageName(source.language)]),
    formatBytes(source.size),
    formatAgo(source.createdAt, Date.now()),
  ].join(' · ');
}

function StageCell(props: { source: Source; retrying: boolean; onRetry: (() => void) | undefined }) {
  const { source } = props;
  if (isMoving(source)) {
    return (
      <div className={classes.stage} aria-live="polite">
        <span>{stageWords(source.stage)}</span>
        <Progress
          size="sm"
          value={stageProgress(source.stage)}
          aria-label={`${source.title}: ${stageWords(source.stage)}`}
          transitionDuration={300}
        />
      </div>
    );
  }
  return (
    <div className={classes.stage} data-stage={source.stage} aria-live="polite">
      <Status tone={TONES[source.stage] ?? 'idle'}>{stageWords(source.stage)}</Status>
      {source.stage !== 'ready' && props.onRetry !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          loading={props.retrying}
          aria-label={`Try ${source.title} again`}
          onClick={props.onRetry}
        >
          Try again
        </Button>
      )}
    </div>
  );
}

interface MenuProps {
  readonly source: Source;
  readonly onReprocess: () => void;
  readonly onCancel: () => void;
  readonly onMove: () => void;
  readonly onDelete: () => void;
}

function RowMenu(props: MenuProps) {
  const { source } = props;
  return (
    <Menu position="bottom-end" width={210} shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Actions for ${source.title}`}>
          <IconDotsVertical size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={fileOf(source)} download leftSection={<IconDownload size={16} />}>
          Download the original
        </Menu.Item>
        {isMoving(source) ? (
          <Menu.Item leftSection={<IconPlayerStop size={16} />} onClick={props.onCancel}>
            Cancel
          </Menu.Item>
        ) : (
          <>
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={props.onReprocess}>
              Process again
            </Menu.Item>
            <Menu.Item leftSection={<IconFolderSymlink size={16} />} onClick={props.onMove}>
              Move to a collection…
            </Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item c="var(--rubric)" leftSection={<IconTrash size={16} />} onClick={props.onDelete}>
          Delete…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
