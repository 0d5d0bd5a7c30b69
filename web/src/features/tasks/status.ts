import type { TaskStatus } from '../../../../client/index.ts';
import type { Tone } from '../../shared/rows.tsx';

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

const TONES: Readonly<Record<TaskStatus, Tone>> = {
  queued: 'idle',
  running: 'active',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'idle',
};

export function statusTone(status: TaskStatus): Tone {
  return TONES[status];
}
