import { useDeferredValue, useMemo, useState } from 'react';
import { findAll, MOST_HITS } from './decorate.ts';
import type { TextRange } from './layout.ts';

export interface Find {
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly hits: readonly TextRange[];
  /** The hit that the reader stands on; none before the first step. */
  readonly current: TextRange | undefined;
  readonly step: (by: 1 | -1) => void;
  /** "3 of 27", or that there is nothing. */
  readonly summary: string;
}

/** Finding words in the open text. Typing stays quick on a long book: the hits follow when there is time. */
export function useFind(text: string): Find {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(-1);
  const needle = useDeferredValue(query);
  const hits = useMemo(() => findAll(text, needle), [text, needle]);

  return {
    query,
    setQuery: (next) => {
      setQuery(next);
      setAt(-1);
    },
    hits,
    current: hits[at],
    step: (by) => {
      if (hits.length === 0) return;
      setAt((old) => (old === -1 && by === -1 ? hits.length - 1 : (old + by + hits.length) % hits.length));
    },
    summary: summaryOf(hits.length, at, needle),
  };
}

function summaryOf(count: number, at: number, needle: string): string {
  if (needle.trim() === '') return '';
  if (count === 0) return 'Not found';
  const total = count === MOST_HITS ? `${MOST_HITS}+` : String(count);
  return at === -1 ? `${total} found` : `${at + 1} of ${total}`;
}
