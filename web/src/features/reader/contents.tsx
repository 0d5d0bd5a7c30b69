import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from './contents.module.css';
import type { OutlineEntry, PageMark } from './layout.ts';

interface Props {
  readonly outline: readonly OutlineEntry[];
  readonly pages: readonly PageMark[];
  /** Index of the entry that is being read. */
  readonly here: number;
  readonly onChosen?: () => void;
}

/** Headings of the document; its pages where it has no headings. */
export function Contents(props: Props) {
  const { outline, pages, here, onChosen } = props;
  const current = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (here >= 0) current.current?.scrollIntoView({ block: 'nearest' });
  }, [here]);

  if (outline.length === 0 && pages.length < 2) {
    return <p className={classes.none}>This document has no headings.</p>;
  }
  const go = (selector: string) => {
    onChosen?.();
    // After the drawer has given the page its scroll bar back.
    requestAnimationFrame(() => document.querySelector(selector)?.scrollIntoView({ block: 'start' }));
  };
  const top = Math.min(...outline.map((entry) => entry.level));
  return (
    <nav className={classes.contents} aria-label="Contents">
      <ol className={classes.list}>
        {outline.length > 0
          ? outline.map((entry, index) => (
              <li key={entry.start}>
                <UnstyledButton
                  ref={index === here ? current : null}
                  className={classes.entry}
                  data-depth={Math.min(3, entry.level - top)}
                  aria-current={index === here ? 'location' : undefined}
                  onClick={() => go(`article [data-start="${entry.start}"]`)}
                >
                  {entry.title}
                </UnstyledButton>
              </li>
            ))
          : pages.map((mark) => (
              <li key={mark.page}>
                <UnstyledButton
                  className={classes.entry}
                  onClick={() => go(`article [data-page="${mark.page}"]`)}
                >
                  Page {mark.page}
                </UnstyledButton>
              </li>
            ))}
      </ol>
    </nav>
  );
}
