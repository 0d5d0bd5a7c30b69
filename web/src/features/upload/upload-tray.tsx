import { ActionIcon, CloseButton, Progress, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Task } from '../../../../client/index.ts';
import { formatBytes, formatNumber, plural } from '../../shared/format.ts';
import { isSettled, stageProgress, stageWords } from '../../shared/stage.ts';
import { useBatchProgress, useUploadQueue, useUploads } from './upload-context.tsx';
import type { UploadItem } from './upload-queue.ts';
import classes from './upload-tray.module.css';

/** Rows that are drawn; of a larger batch the rest is counted, and the library shows it. */
const SHOWN = 200;
/** Milliseconds that a tray without bad news stays after the last file is ready. */
const LINGER = 5000;

/** What became of the files that were added in this visit: sending, stages, duplicates, refusals. */
export function UploadTray() {
  const { items, tasks } = useUploads();
  const queue = useUploadQueue();
  const [folded, fold] = useDisclosure();
  useBatchProgress();
  const done = items.filter(isDone).length;
  const busy = done < items.length;
  const allWell = !busy && items.every((item) => problemOf(item) === undefined);
  useEffect(() => {
    if (!allWell) return;
    const timer = setTimeout(queue.clear, LINGER);
    return () => clearTimeout(timer);
  }, [allWell, queue]);
  if (items.length === 0) return null;

  const summary = busy ? `${formatNumber(done)} of ${plural(items.length, 'file')} done` : summaryOf(items);
  return (
    <section className={classes.tray} aria-label="Uploads">
      <header className={classes.head}>
        <div className={classes.summary} role="status">
          {summary}
        </div>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={folded ? 'Show the files' : 'Fold the files away'}
          aria-expanded={!folded}
          onClick={fold.toggle}
        >
          {folded ? <IconChevronUp size={18} /> : <IconChevronDown size={18} />}
        </ActionIcon>
        <Tooltip label={busy ? 'Stop what has not been sent, and close' : 'Close'} position="top-end">
          <CloseButton aria-label={busy ? 'Stop and close' : 'Close'} onClick={queue.clear} />
        </Tooltip>
      </header>
      {busy && <Progress size="xs" radius={0} value={overall(items, tasks)} aria-label="All files" />}
      {!folded && (
        <ul className={classes.list}>
          {inOrderOfConcern(items)
            .slice(0, SHOWN)
            .map((item) => (
              <TrayRow key={item.key} item={item} />
            ))}
          {items.length > SHOWN && (
            <li className={classes.rest}>and {plural(items.length - SHOWN, 'more file')}, see the library</li>
          )}
        </ul>
      )}
    </section>
  );
}

function TrayRow(props: { item: UploadItem }) {
  const { item } = props;
  const readable = item.source !== undefined && item.source.version > 0;
  return (
    <li className={classes.row} data-upload={item.state}>
      <div className={classes.line}>
        {readable && item.source !== undefined ? (
          <Link to="/library/$sourceId" params={{ sourceId: item.source.id }} className={classes.name}>
            {item.name}
          </Link>
        ) : (
          <span className={classes.name}>{item.name}</span>
        )}
        <span className={classes.state}>{stateOf(item)}</span>
      </div>
      {problemOf(item) !== undefined && <p className={classes.problem}>{problemOf(item)}</p>}
      {!isDone(item) && (
        <Progress size="xs" value={progressOf(item)} aria-label={`${item.name}: ${stateOf(item)}`} />
      )}
    </li>
  );
}

function isDone(item: UploadItem): boolean {
  if (item.state === 'refused' || item.state === 'duplicate') return true;
  return item.state === 'accepted' && item.source !== undefined && isSettled(item.source.stage);
}

function stateOf(item: UploadItem): string {
  switch (item.state) {
    case 'waiting':
      return 'Waiting';
    case 'sending':
      return `${formatBytes(item.sent)} of ${formatBytes(item.size)}`;
    case 'duplicate':
      return 'Already in the library';
    case 'refused':
      return 'Not taken';
    case 'accepted':
      return item.source === undefined ? 'Received' : stageWords(item.source.stage);
  }
}

function problemOf(item: UploadItem): string | undefined {
  if (item.state === 'duplicate')
    return `The same file is there as “${item.source?.title}”. Nothing was stored twice.`;
  return item.reason ?? (item.source?.stage === 'failed' ? item.source.failure?.message : undefined);
}

/** Per cent: sending is the first half, the stages are the second. */
function progressOf(item: UploadItem): number {
  if (item.state === 'sending') return (50 * item.sent) / Math.max(1, item.size);
  return item.source === undefined ? 0 : 50 + stageProgress(item.source.stage) / 2;
}

/** Per cent of the whole batch; the server's own count of finished files wins where it is ahead of the stages. */
function overall(items: readonly UploadItem[], tasks: readonly Task[]): number {
  const seen = items.reduce((sum, item) => sum + (isDone(item) ? 100 : progressOf(item)), 0) / items.length;
  const counted = (100 * tasks.reduce((sum, task) => sum + task.progress.done, 0)) / items.length;
  return Math.min(100, Math.max(seen, counted));
}

function summaryOf(items: readonly UploadItem[]): string {
  const count = (test: (item: UploadItem) => boolean) => items.filter(test).length;
  const parts: readonly (readonly [number, string])[] = [
    [count((item) => item.state === 'accepted' && item.source?.stage === 'ready'), 'ready'],
    [count((item) => item.state === 'duplicate'), 'already there'],
    [count((item) => item.state === 'refused' || item.source?.stage === 'failed'), 'failed'],
    [count((item) => item.state === 'accepted' && item.source?.stage === 'cancelled'), 'cancelled'],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${formatNumber(number)} ${word}`)
    .join(', ');
}

/** What went wrong first, then what moves, then what is done. */
function inOrderOfConcern(items: readonly UploadItem[]): UploadItem[] {
  const rank = (item: UploadItem) => (problemOf(item) !== undefined ? 0 : isDone(item) ? 2 : 1);
  return [...items].sort((a, b) => rank(a) - rank(b) || a.key - b.key);
}
