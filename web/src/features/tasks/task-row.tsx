import { Button, Progress } from '@mantine/core';
import type { Task } from '../../../../client/index.ts';
import { isActive, useTaskActions } from '../../api/tasks.ts';
import { messageOf } from '../../shared/error-state.tsx';
import { formatAgo, formatNumber } from '../../shared/format.ts';
import { statusWords } from './status.ts';
import classes from './tasks-page.module.css';

export function TaskRow(props: { task: Task }) {
  const { task } = props;
  const { cancel, retry } = useTaskActions();
  const refusal = cancel.error ?? retry.error;
  return (
    <li className={classes.row} data-task={task.id} data-status={task.status}>
      <div className={classes.about}>
        <div className={classes.title}>{task.title}</div>
        <div className={classes.meta}>{metaOf(task)}</div>
        {task.error !== undefined && <p className={classes.error}>{task.error.message}</p>}
        {refusal !== null && (
          <p className={classes.error} role="alert">
            {messageOf(refusal)}
          </p>
        )}
      </div>
      <div className={classes.state}>
        <span className={classes.status} data-status={task.status}>
          {task.cancelRequested && isActive(task) ? 'Cancelling' : statusWords(task.status)}
        </span>
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
        {isActive(task) && (
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
        {(task.status === 'failed' || task.status === 'cancelled') && (
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
    </li>
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
    ...(total > 0 ? [`${formatNumber(done)} of ${formatNumber(total)} ${unit}`] : []),
    ...(message === '' ? [] : [message]),
    ...(task.attempt > 1 ? [`attempt ${task.attempt} of ${task.maxAttempts}`] : []),
    formatAgo(task.finishedAt ?? task.createdAt, Date.now()),
  ].join(' · ');
}
