import { type RefObject, useEffect, useState } from 'react';
import type { OutlineEntry } from './layout.ts';

/** How far below the top of the window reading begins, in pixels: under the toolbar. */
const READING_LINES = [110, 150, 200, 280];

/**
 * The heading under which the reader is, as an index into `outline`; -1 above the first. It asks which element lies at
 * the reading line, so it costs the same in a leaflet and in a book.
 */
export function useScrollSpy(
  article: RefObject<HTMLElement | null>,
  outline: readonly OutlineEntry[],
): number {
  const [here, setHere] = useState(-1);
  useEffect(() => {
    let frame = 0;
    function look() {
      frame = 0;
      const offset = offsetAtReadingLine(article.current);
      if (offset !== undefined) setHere(outline.findLastIndex((entry) => entry.start <= offset));
    }
    function schedule() {
      if (frame === 0) frame = requestAnimationFrame(look);
    }
    schedule();
    window.addEventListener('scroll', schedule, { passive: true });
    // After a jump the section under the line is drawn a moment later than the scroll event comes.
    window.addEventListener('scrollend', schedule, { passive: true });
    return () => {
      window.removeEventListener('scroll', schedule);
      window.removeEventListener('scrollend', schedule);
      cancelAnimationFrame(frame);
    };
  }, [article, outline]);
  return here;
}

function offsetAtReadingLine(article: HTMLElement | null): number | undefined {
  if (article === null) return undefined;
  const { left, width } = article.getBoundingClientRect();
  const touched = READING_LINES.flatMap((y) =>
    [left + width / 2, left + 24].flatMap((x) => document.elementFromPoint(x, y) ?? []),
  ).filter((element) => article.contains(element));
  // Between two blocks, and in a section that is not drawn yet, there is only the section.
  const at = closestOf(touched, '[data-start]') ?? closestOf(touched, '[data-section]');
  return at === undefined ? undefined : Number(at.dataset.start ?? at.dataset.section);
}

function closestOf(elements: readonly Element[], selector: string): HTMLElement | undefined {
  for (const element of elements) {
    const found = element.closest<HTMLElement>(selector);
    if (found !== null) return found;
  }
  return undefined;
}
