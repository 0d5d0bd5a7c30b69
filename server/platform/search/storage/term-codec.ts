/** A term of a passage: its number in the organization's vocabulary, and how often it stands there. */
export interface TermCount {
  readonly term: number;
  readonly count: number;
  readonly stop: boolean;
}

/** Larger counts say nothing more and would not fit beside a passage's number in memory. */
export const MAX_COUNT = 255;

/**
 * Packs the terms of a passage, in rising order of term, as LEB128 integers: the step from the term before, then
 * `2 × count + (stop ? 1 : 0)`. About three bytes a term.
 */
export function encodeTerms(terms: readonly TermCount[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const { term, count, stop } of [...terms].sort((a, b) => a.term - b.term)) {
    push(bytes, term - before);
    push(bytes, 2 * Math.min(count, MAX_COUNT) + (stop ? 1 : 0));
    before = term;
  }
  return Uint8Array.from(bytes);
}

function push(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

/** Calls `visit` for every term that `encodeTerms` packed. Without allocation: a full load calls it ten million times. */
export function visitTerms(
  bytes: Uint8Array,
  visit: (term: number, count: number, stop: boolean) => void,
): void {
  let term = 0;
  let at = 0;
  const end = bytes.length;
  while (at < end) {
    let step = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++] ?? 0;
      step |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    let packed = 0;
    shift = 0;
    do {
      byte = bytes[at++] ?? 0;
      packed |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    term += step;
    visit(term, packed >>> 1, (packed & 1) === 1);
  }
}
