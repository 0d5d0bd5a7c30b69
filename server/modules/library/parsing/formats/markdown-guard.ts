/** A line's length in code units, and the marks of inline syntax in it, beyond which the syntax needs quadratic time. */
const MAX_LINE = 20_000;
const MAX_MARKS = 1_000;
/** Containers within containers on one line. */
const DEEP_CONTAINERS = /^(?:[ \t]{0,8}(?:>|[-*+]|\d{1,9}[.)])){40}|^[ \t]{160,}(?:>|[-*+]|\d{1,9}[.)])\s/;

/**
 * What a whole file may have of containers deeper than people write: each costs up to 0.4 ms, so this bounds them to about
 * 2 s at worst.
 */
const MAX_NESTING = 5_000;
/** Levels of quotes and items on a line, columns of indentation before an item, and open HTML elements that cost nothing. */
const USUAL_LEVELS = 6;
const USUAL_COLUMNS = 16;
const USUAL_ELEMENTS = 100;
/** Columns counted as one level: continuing a container is cheaper than opening one. */
const COLUMNS_A_LEVEL = 8;

const CONTAINERS = /^(?:[ \t]{0,8}(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)))+/;
const CONTAINER = />|[-*+]|\d{1,9}[.)]/g;
const INDENTED_ITEM = /^([ \t]+)(?:>|[-*+]|\d{1,9}[.)])(?:\s|$)/;
/** Elements that hold others and whose end tag is not optional. */
const ELEMENT =
  /<(\/?)(?:article|b|blockquote|center|details|div|em|font|i|ol|section|span|strong|table|ul)\b/gi;

function nestingOfLine(line: string): number {
  const levels = CONTAINERS.exec(line)?.[0].match(CONTAINER)?.length ?? 0;
  const columns = INDENTED_ITEM.exec(line)?.[1]?.length ?? 0;
  return (
    Math.max(0, levels - USUAL_LEVELS) + Math.max(0, Math.floor((columns - USUAL_COLUMNS) / COLUMNS_A_LEVEL))
  );
}

function nestingOfElements(text: string): number {
  let open = 0;
  let deep = 0;
  for (const [, end] of text.matchAll(ELEMENT)) {
    open = Math.max(0, open + (end === '/' ? -1 : 1));
    if (end !== '/' && open > USUAL_ELEMENTS) deep += 1;
  }
  return deep;
}

function hasHostileLine(lines: readonly string[]): boolean {
  return lines.some(
    (line) =>
      line.length > MAX_LINE ||
      DEEP_CONTAINERS.test(line) ||
      (line.length > MAX_MARKS && (line.match(/[*_~`|!<[\]]/g)?.length ?? 0) > MAX_MARKS),
  );
}

/** Tells the parts of one file that can be parsed as Markdown in time from those that no person wrote. */
export class MarkdownGuard {
  readonly #maxChars: number;
  #nesting = 0;

  /** `maxChars`: UTF-16 code units of a part. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** Whether the file's next part may be parsed; what it accepts counts against the nesting of the file. */
  accepts(part: string): boolean {
    if (part.length > this.#maxChars) return false;
    const lines = part.split('\n');
    if (hasHostileLine(lines)) return false;
    const nesting = lines.reduce((sum, line) => sum + nestingOfLine(line), nestingOfElements(part));
    if (this.#nesting + nesting > MAX_NESTING) return false;
    this.#nesting += nesting;
    return true;
  }
}
