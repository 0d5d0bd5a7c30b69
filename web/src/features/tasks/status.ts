import type { TaskStatus } from '../../../../client/index.ts';

const WORDS: Readonly<Record<TaskStatus, string>> = {
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export function statusWords(status: TaskStatus): string {
  return WORDS[status];
}
