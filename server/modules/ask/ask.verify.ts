import type { OrganizationActor } from '../../kernel/actor.ts';
import type { SearchHit } from '../../platform/search/port.ts';
import type { CitationView } from '../search/index.ts';
import type { Range } from './ask.sentences.ts';

/** A range of a stored text, UTF-16 code units, end exclusive. */
export interface QuoteRef {
  readonly id: string;
  readonly version: number;
  readonly start: number;
  readonly end: number;
}

/** Reads what is really stored, for one type of thing. The module that owns the type implements it. */
export interface QuoteSource {
  /**
   * `content.slice(start, end)` of each version, in order; null for what is not there or what `actor` may not read now.
   */
  read(actor: OrganizationActor, refs: readonly QuoteRef[]): Promise<readonly (string | null)[]>;
}

/** By type, for example `source`. */
export type QuoteSources = Readonly<Record<string, QuoteSource>>;

/** A piece of a passage that is to be cited; `range` is in the passage's text. */
export interface Place {
  readonly hit: SearchHit;
  readonly range: Range;
}

/**
 * The citations of places whose stored characters are exactly those of the passage; null for the others. The index may be
 * a moment behind the library, so it is not believed.
 */
export async function verifyQuotes(
  sources: QuoteSources,
  actor: OrganizationActor,
  places: readonly Place[],
): Promise<(CitationView | null)[]> {
  const citations: (CitationView | null)[] = places.map(() => null);
  for (const [type, group] of Object.entries(
    Object.groupBy(places.entries(), ([, place]) => place.hit.type),
  )) {
    const source = Object.hasOwn(sources, type) ? sources[type] : undefined;
    if (source === undefined || group === undefined) continue;
    const stored = await source.read(
      actor,
      group.map(([, place]) => refOf(place)),
    );
    for (const [position, [index, place]] of group.entries()) {
      const quote = place.hit.passage.text.slice(place.range.start, place.range.end);
      if (quote !== '' && stored[position] === quote) citations[index] = citationOf(place, quote);
    }
  }
  return citations;
}

function refOf({ hit, range }: Place): QuoteRef {
  const offset = hit.passage.start;
  return { id: hit.id, version: hit.version, start: offset + range.start, end: offset + range.end };
}

function citationOf(place: Place, quote: string): CitationView {
  const { hit } = place;
  const page = hit.passage.page;
  return { type: hit.type, title: hit.title, ...refOf(place), ...(page === null ? {} : { page }), quote };
}
