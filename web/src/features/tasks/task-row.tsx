import { Button, Progress } from '@mantine/core';
import type { Task } from '../../../../client/index.ts';
import { useIsAtLeast } from '../../api/identity.ts';
import { isActive, useTaskActions } from '../../api/tasks.ts';
import { formatAgo, formatNumber } from '../../shared/format.ts';
import { Row, RowAbout, RowFailure, Status } from '../../shared/rows.tsx';
import { statusTone, statusWords } from './status.ts';
import classes from './tasks-page.module.css';

export function TaskRow(props: { task: Task }) {
  const { task } = props;
  const { cancel, retry } = useTaskActions();
  const mayAct = useIsAtLeast('power');
  return (
    <Row data-task={task.id} data-status={task.status}>
      <RowAbout title={task.title} meta={metaOf(task)} error={cancel.error ?? retry.error}>
        {task.error !== undefined && <RowFailure>{task.error.message}</RowFailure>}
      </RowAbout>
      <div className={classes.state}>
        <Status tone={statusTone(task.status)}>
          {task.cancelRequested && isActive(task) ? 'Cancelling' : statusWords(task.status)}
        </Status>
        {isActive(task) && (
          <Progress
            size="sm"
            value={percent(task)}
            animated={task.progress.total === 0}
            aria-label={`${task.title}: ${Math.round(percent(task))} %`}
          />
        )}
      </div>
      <div className={classes.act}>
        {mayAct && isActive(task) && (
          <Button
            size="compact-md"
            variant="default"
            disabled={task.cancelRequested}
            loading={cancel.isPending}
            aria-label={`Cancel: ${task.title}`}
            onClick={() => cancel.mutate(task.id)}
          >
            Cancel
          </Button>
        )}
        {mayAct && (task.status === 'failed' || task.status === 'cancelled') && (
          <Button
            size="compact-md"
            variant="default"
            loading={retry.isPending}
            aria-label={`Try again: ${task.title}`}
            onClick={() => retry.mutate(task.id)}
          >
            Try again
          </Button>
        )}
      </div>
    </Row>
  );
}

/** Of unknown work the whole bar moves instead. */
function percent(task: Task): number {
  const { done, total } = task.progress;
  return total === 0 ? 100 : (100 * done) / total;
}

function metaOf(task: Task): string {
  const { done, total, unit, message } = task.progress;
  return [
    // One file is the title already.
    ...(total > 1 ? [`${formatNumber(done)} of ${formatNumber(total)} ${unit}`] : []),
    ...(message === '' ? [] : [message]),
    ...(task.attempt > 1 ? [`attempt ${task.attempt} of ${task.maxAttempts}`] : []),
    formatAgo(task.finishedAt ?? task.createdAt, Date.now()),
  ].join(' · ');
}
