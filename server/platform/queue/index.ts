export { installQueue } from './install.ts';
export { PgBossQueue } from './pg-boss.ts';
export type { EnqueueOptions, Job, Queue, QueueDefinition } from './port.ts';
