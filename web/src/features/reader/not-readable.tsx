import { Button, Progress } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconFileAlert, IconHourglass } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Source } from '../../../../client/index.ts';
import { useIsAtLeast } from '../../api/identity.ts';
import { useSourceActions } from '../../api/library.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { isMoving, stageProgress, stageWords } from '../../shared/stage.ts';

/** A source of which no version can be read: on its way, failed or cancelled. */
export function NotReadable(props: { source: Source }) {
  const { source } = props;
  const { reprocess } = useSourceActions();
  const mayEdit = useIsAtLeast('power');
  useDocumentTitle(`${source.title} · Scriptorium`);
  if (isMoving(source)) {
    return (
      <EmptyState level={1} icon={<IconHourglass />} title={source.title}>
        <p>{stageWords(source.stage)}. The text opens here as soon as it has been read.</p>
        <Progress value={stageProgress(source.stage)} aria-label={stageWords(source.stage)} />
      </EmptyState>
    );
  }
  return (
    <EmptyState
      level={1}
      icon={<IconFileAlert />}
      title={source.title}
      action={
        <>
          {mayEdit && (
            <Button loading={reprocess.isPending} onClick={() => reprocess.mutate(source.id)}>
              Try again
            </Button>
          )}
          <Button variant="default" component={Link} to="/library">
            Back to the library
          </Button>
        </>
      }
    >
      {source.failure?.message ?? 'Reading it was cancelled, so there is no text to show.'}
    </EmptyState>
  );
}
