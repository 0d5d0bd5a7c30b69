import type { EventType } from '../../platform/events/index.ts';

/** A version of a source can be read and found. */
export const sourceReady: EventType<{
  readonly sourceId: string;
  readonly version: number;
  readonly chunks: number;
}> = {
  name: 'library.source_ready',
};

/** A source and all its versions are gone from the database; its files are still to be removed. */
export const sourceDeleted: EventType<{
  readonly sourceId: string;
  readonly storageKeys: readonly string[];
}> = {
  name: 'library.source_deleted',
};
