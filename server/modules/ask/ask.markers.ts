/** What a model's answer is made of: text, and citations in the form `[2: "exact words"]`. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'quote'; readonly passage: number; readonly quote: string };

export interface MarkerParser {
  /** The pieces that are certain after this much of the answer. */
  push(delta: string): Piece[];
  /** The rest; a citation that was cut off is dropped. */
  end(): Piece[];
}

/** A citation is given up when its quote grows beyond this, UTF-16 code units. */
const LONGEST_QUOTE = 1_500;

const OPENING = '"“”„«»';
/** One citation of a bracket, up to its closing bracket or the next citation in it. */
const CITATION = new RegExp(
  `(\\d{1,3})\\s*:\\s*[${OPENING}](.*?)[${OPENING}](?=\\s*(?:\\]$|[;,]\\s*\\d{1,3}\\s*:\\s*[${OPENING}]))`,
  'gs',
);
const CITATION_BRACKET = new RegExp(`^\\[\\s*\\d{1,3}\\s*:\\s*[${OPENING}].*[${OPENING}]\\s*\\]$`, 's');
/** A number alone proves nothing: it is dropped. */
const BARE_NUMBER = /^\[[\d,\s]+\]$/;
const MAY_BECOME_CITATION = new RegExp(`^\\[(?:[\\d,\\s]*|\\s*\\d{1,3}\\s*:\\s*(?:[${OPENING}].*)?)$`, 's');

/** Control characters but line end and tab, and marks that turn the direction of the text around them. */
const UNPRINTABLE = /[[\p{Cc}\u202a-\u202e\u2066-\u2069]--[\n\t]]/gv;
const CLOSING_MARK = /^[.,;:!?)。、，！？]/;

/**
 * Reads an answer as it streams in. Whatever a model writes, the text that comes out is plain: it holds no link, image or
 * tag that a reader's program could open or draw.
 */
export function createMarkerParser(): MarkerParser {
  let pieces: Piece[] = [];
  /** An open bracket and what follows it. */
  let held = '';
  /** White space before whatever comes next. */
  let space = '';
  /** The last characters that were given out. */
  let tail = '';
  let afterQuote = false;

  const addText = (raw: string): void => {
    const text = raw.replace(UNPRINTABLE, '').replaceAll(']', ')');
    const words = text.trimStart();
    space += text.slice(0, text.length - words.length);
    if (words === '') return;
    const body = words.trimEnd();
    const safe = defuse(tail, gapBefore(words) + body);
    pieces.push({ kind: 'text', text: safe });
    tail = (tail + safe).slice(-3);
    space = words.slice(body.length);
    afterQuote = false;
  };

  /** A citation leaves the white space of both its sides behind, and none before the stop that follows it. */
  const gapBefore = (words: string): string => {
    if (tail === '' || (afterQuote && CLOSING_MARK.test(words))) return '';
    if (!afterQuote || space === '') return space;
    return space.includes('\n') ? '\n' : ' ';
  };

  const addBracket = (bracket: Bracket): void => {
    for (const quote of bracket.quotes) pieces.push(quote);
    if (bracket.text === '') afterQuote = true;
    else addText(bracket.text);
    held = held.slice(bracket.length);
  };

  const read = (ended: boolean): void => {
    for (let open = held.indexOf('['); open >= 0; open = held.indexOf('[')) {
      addText(held.slice(0, open));
      held = held.slice(open);
      const bracket = readBracket(held);
      if (bracket !== null) addBracket(bracket);
      else if (ended) held = '';
      else return;
    }
    addText(held);
    held = '';
  };

  const flush = (): Piece[] => {
    const flushed = pieces;
    pieces = [];
    return flushed;
  };
  return {
    push(delta) {
      held += delta;
      read(false);
      return flush();
    },
    end() {
      read(true);
      return flush();
    },
  };
}

interface Bracket {
  readonly quotes: readonly Extract<Piece, { kind: 'quote' }>[];
  /** What stands in its place in the text. */
  readonly text: string;
  /** How much of the input it takes. */
  readonly length: number;
}

/** Reads what begins with `[`; null while more input could make it a citation. */
function readBracket(input: string): Bracket | null {
  for (
    let close = input.indexOf(']');
    close >= 0 && close < LONGEST_QUOTE;
    close = input.indexOf(']', close + 1)
  ) {
    const bracket = input.slice(0, close + 1);
    if (BARE_NUMBER.test(bracket)) return { quotes: [], text: '', length: bracket.length };
    if (CITATION_BRACKET.test(bracket))
      return { quotes: quotesIn(bracket), text: '', length: bracket.length };
    if (!MAY_BECOME_CITATION.test(bracket)) break;
  }
  if (!MAY_BECOME_CITATION.test(input)) return { quotes: [], text: '(', length: 1 };
  return input.length >= LONGEST_QUOTE ? { quotes: [], text: '', length: LONGEST_QUOTE } : null;
}

function quotesIn(bracket: string): Extract<Piece, { kind: 'quote' }>[] {
  return [...bracket.matchAll(CITATION)].map(([, passage, quote]) => ({
    kind: 'quote' as const,
    passage: Number(passage),
    quote: quote ?? '',
  }));
}

/**
 * Breaks what a program could take for a tag or an address with a space.
 * @param tail what stands before `text`, at least the last three characters
 */
function defuse(tail: string, text: string): string {
  return (tail + text).replace(/(?<=<)(?=[a-z/!?])|(?<=:)(?=\/)|(?<=www)(?=\.)/giu, ' ').slice(tail.length);
}
