/** A query as it was typed, taken apart. */
export interface ParsedQuery {
  /** What is ranked by: the text without operators, with the words of the phrases. */
  readonly text: string;
  /** Must stand so, word by word. */
  readonly phrases: readonly string[];
  /** Words and phrases that must not be there. */
  readonly excluded: readonly string[];
  /** Whether the last word may be the beginning of one. */
  readonly openEnd: boolean;
}

const QUOTES: readonly (readonly [open: string, close: string])[] = [
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['「', '」'],
];
/** More operators than any person types; the rest counts as plain words. */
const MAX_OPERATORS = 16;

/**
 * Reads `"a phrase"`, `-word`, `-"a phrase"` and plain words. Whatever is not well-formed (an open quote, a lone minus) is
 * taken as plain text: a query can be strange but never wrong.
 */
export function parseQuery(query: string, prefix: boolean): ParsedQuery {
  const phrases: string[] = [];
  const excluded: string[] = [];
  let text = '';
  let at = 0;
  while (at < query.length) {
    const minus = query[at] === '-' && (at === 0 || /\s/.test(query[at - 1] ?? ''));
    const start = minus ? at + 1 : at;
    const quoted = phrases.length + excluded.length < MAX_OPERATORS ? quotedAt(query, start) : null;
    if (quoted !== null) {
      (minus ? excluded : phrases).push(quoted.content);
      if (!minus) text += ` ${quoted.content} `;
      at = quoted.end;
    } else if (minus && excluded.length < MAX_OPERATORS) {
      const word = /^\S+/.exec(query.slice(start))?.[0] ?? '';
      if (/[\p{L}\p{N}]/u.test(word)) excluded.push(word);
      at = start + word.length;
    } else {
      text += query[at];
      at++;
    }
  }
  return { text, phrases, excluded, openEnd: prefix && /[\p{L}\p{N}\p{M}]$/u.test(query) };
}

function quotedAt(query: string, at: number): { content: string; end: number } | null {
  const pair = QUOTES.find(([open]) => query[at] === open);
  if (pair === undefined) return null;
  const close = query.indexOf(pair[1], at + 1);
  if (close < 0) return null;
  const content = query.slice(at + 1, close).trim();
  return /[\p{L}\p{N}]/u.test(content) ? { content, end: close + 1 } : null;
}
