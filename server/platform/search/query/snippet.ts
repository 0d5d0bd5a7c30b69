import { findTerms } from '../analysis/analyzer.ts';

export interface Snippet {
  readonly snippet: string;
  /** UTF-16 ranges in `snippet`, in order, without overlap. */
  readonly highlights: readonly { readonly start: number; readonly end: number }[];
}

/** Code units. */
const WINDOW = 280;
const LEAD = 60;

/** The window of a passage with the most different matches, and where they are in it. */
export function makeSnippet(text: string, language: string, terms: ReadonlySet<string>): Snippet {
  const matches = findTerms(text, language, terms);
  const start = windowStart(text, matches);
  const end = windowEnd(text, start);
  const inside = matches
    .filter((match) => match.start >= start && match.end <= end)
    .map((match) => ({ start: match.start - start, end: match.end - start }));
  return { snippet: text.slice(start, end), highlights: joined(inside) };
}

function windowStart(text: string, matches: readonly { term: string; start: number; end: number }[]): number {
  if (text.length <= WINDOW) return 0;
  let best = 0;
  let most = 0;
  for (const [position, match] of matches.entries()) {
    const different = new Set<string>();
    for (let at = position; at < matches.length; at++) {
      const other = matches[at];
      if (other === undefined || other.end > match.start + WINDOW - LEAD) break;
      different.add(other.term);
    }
    if (different.size > most) {
      most = different.size;
      best = match.start;
    }
  }
  return wordStart(text, Math.max(0, Math.min(best - LEAD, text.length - WINDOW)));
}

/** The first beginning of a word at or after `at`, within reach; never inside a surrogate pair. */
function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, at + LEAD / 2).search(/\s\S/);
  return outsidePair(text, space < 0 ? at : at + space + 1);
}

function windowEnd(text: string, start: number): number {
  if (text.length - start <= WINDOW) return text.length;
  const window = text.slice(start, start + WINDOW);
  const space = window.lastIndexOf(' ');
  return outsidePair(text, start + (space > WINDOW / 2 ? space : WINDOW));
}

function outsidePair(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** Overlapping and touching ranges become one (a word and its bigrams). */
function joined(ranges: readonly { start: number; end: number }[]): { start: number; end: number }[] {
  const result: { start: number; end: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else result.push({ ...range });
  }
  return result;
}
