export type { TrainingOutcome, TrainingProgress } from './embedding/training.ts';
export type {
  IndexDocument,
  IndexRef,
  Passage,
  SearchAnswer,
  SearchHit,
  SearchIndex,
  SearchMode,
  SearchRequest,
} from './port.ts';
export { createSearchPlatform, type SearchPlatform, type SearchPlatformOptions } from './search-platform.ts';
