import type { TermCounts } from '../document-terms.ts';
import { normalized } from './latent-model.ts';

/** Numbers in a vector: as many as the smallest registered size. */
export const HASHED_DIMENSIONS = 256;

/** Beside the whole term, every run of three letters: words of one family share most of them. */
const GRAM = 3;
const GRAM_WEIGHT = 0.3;

/**
 * What stands in while a library is too small to learn from: each term and its letter trigrams are hashed to a place and a
 * sign (feature hashing, Weinberger et al. 2009). Null where there is no term.
 */
export function embedHashed(counts: TermCounts): Float32Array | null {
  const vector = new Float32Array(HASHED_DIMENSIONS);
  for (const [term, { count, stop }] of counts) {
    if (stop) continue;
    const weight = 1 + Math.log(count);
    add(vector, `=${term}`, weight);
    const framed = `^${term}$`;
    for (let at = 0; at + GRAM <= framed.length; at++)
      add(vector, framed.slice(at, at + GRAM), weight * GRAM_WEIGHT);
  }
  return normalized(vector);
}

function add(vector: Float32Array, feature: string, weight: number): void {
  const hash = fnv1a(feature);
  const place = hash % HASHED_DIMENSIONS;
  vector[place] = (vector[place] as number) + (hash >>> 31 === 0 ? weight : -weight);
}

/** FNV-1a over UTF-16 code units, with a last mix, because its low bits alone are weak. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}
