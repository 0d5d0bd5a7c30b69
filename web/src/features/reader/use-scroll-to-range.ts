import { type RefObject, useEffect } from 'react';
import type { TextRange } from './layout.ts';

const SELECTORS = { cited: '[data-cited]', found: '[data-found="current"]' } as const;

/** Brings the first element of a marked range into the middle of the window. */
export function useScrollToRange(
  article: RefObject<HTMLElement | null>,
  range: TextRange | undefined,
  kind: keyof typeof SELECTORS,
) {
  useEffect(() => {
    if (range === undefined) return;
    const show = () => article.current?.querySelector(SELECTORS[kind])?.scrollIntoView({ block: 'center' });
    show();
    // Sections near the target get their real height only now; once more puts it where it belongs.
    const frame = requestAnimationFrame(show);
    return () => cancelAnimationFrame(frame);
  }, [article, range, kind]);
}
