/** Code units around a cut given to the grapheme segmenter. */
const GRAPHEME_WINDOW = 64;

const segmenters = new Map<string, Intl.Segmenter>();

export function segmenterFor(language: string | null, granularity: 'sentence' | 'grapheme'): Intl.Segmenter {
  const key = `${language ?? 'en'} ${granularity}`;
  const segmenter = segmenters.get(key) ?? new Intl.Segmenter(language ?? 'en', { granularity });
  segmenters.set(key, segmenter);
  return segmenter;
}

/** A position at or before `at` that splits no grapheme where that is possible, and never a surrogate pair. */
export function graphemeCut(text: string, from: number, at: number): number {
  const begin = Math.max(from, at - GRAPHEME_WINDOW);
  const window = text.slice(begin, at + GRAPHEME_WINDOW);
  const boundary =
    segmenterFor(null, 'grapheme')
      .segment(window)
      .containing(at - begin)?.index ?? 0;
  if (begin + boundary > from && boundary > 0) return begin + boundary;
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at;
}
