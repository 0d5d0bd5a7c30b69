export type { Operations } from './operations.service.ts';
export type { CachedOperatingState } from './operations.state.ts';
