import type { Source, Stage } from '../../../client/index.ts';

const ORDER: readonly Stage[] = ['received', 'parsed', 'segmented', 'embedded', 'indexed', 'ready'];

/** What happens to the source now, in words: a stage names what is done, a reader wants to know what is next. */
const WORDS: Readonly<Record<Stage, string>> = {
  received: 'Reading the file',
  parsed: 'Splitting into passages',
  segmented: 'Learning its meaning',
  embedded: 'Indexing',
  indexed: 'Finishing',
  ready: 'Ready',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export function stageWords(stage: Stage): string {
  return WORDS[stage];
}

/** Per cent of the way to `ready`; the first step counts, so that something is seen to move at once. */
export function stageProgress(stage: Stage): number {
  const index = ORDER.indexOf(stage);
  return index === -1 ? 0 : ((index + 1) / ORDER.length) * 100;
}

export function isMoving(source: Source): boolean {
  return !isSettled(source.stage);
}

export function isSettled(stage: Stage): boolean {
  return stage === 'ready' || stage === 'failed' || stage === 'cancelled';
}
