import type { Actor } from '../../kernel/actor.ts';

export { checkReading } from './library.check.ts';
export { sourceDeleted, sourceReady } from './library.events.ts';

/** A range of a version of a source: what a citation names. */
export interface QuoteRef {
  readonly id: string;
  readonly version: number;
  /** UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** What other modules may ask of the library. */
export interface LibraryApi {
  /** The stored characters behind each reference, in order; null where there are none that the actor may read. */
  quote(actor: Actor, refs: readonly QuoteRef[]): Promise<readonly (string | null)[]>;
}
