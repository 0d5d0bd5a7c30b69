/** A run of text as pdf.js gives it; `transform` is the text matrix [a b c d e f] in points, y upwards. */
export interface TextRun {
  readonly str: string;
  readonly dir: string;
  /** An id of the font, the same in the whole file. */
  readonly fontName: string;
  readonly width: number;
  readonly transform: readonly number[];
}

export interface Line {
  readonly text: string;
  /** The text in parts, where wide gaps divide the line as the columns of a table do. */
  readonly cells: readonly string[];
  readonly page: number;
  /** Points, from the left and the bottom of the page. */
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  /** Font size of most of the line, in points. */
  readonly size: number;
  /** The font of most of the line. */
  readonly font: string;
  /** Whether the whole line is in that font, as a heading in bold is. */
  readonly oneFont: boolean;
}

interface Run {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
  readonly font: string;
  readonly rightToLeft: boolean;
}

/** In units of the font size. */
const SPACE_GAP = 0.2;
const CELL_GAP = 1.6;
const SAME_BASELINE = 0.55;
const BACKWARDS = 1.5;

/** Ligatures and the joined forms of Arabic letters are shapes that fonts have; the text has letters. */
const PRESENTATION_FORMS = /[\uFB00-\uFDFF\uFE70-\uFEFC]+/g;

function toRun(item: TextRun): Run | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = item.transform;
  const size = Math.hypot(c, d) || Math.hypot(a, b);
  // Text that stands upright along the margin is a stamp; text in a font of no size is invisible.
  if (Math.abs(b) > Math.abs(a) || size < 0.5 || !Number.isFinite(size + e + f)) return null;
  const text = item.str.replace(PRESENTATION_FORMS, (forms) => forms.normalize('NFKC'));
  return {
    text,
    left: e,
    right: e + item.width,
    baseline: f,
    size,
    font: item.fontName,
    rightToLeft: item.dir === 'rtl',
  };
}

function follows(run: Run, line: readonly Run[]): boolean {
  const last = line.at(-1);
  if (!last) return true;
  const size = Math.max(run.size, last.size);
  if (Math.abs(run.baseline - last.baseline) > size * SAME_BASELINE) return false;
  const backwards = run.rightToLeft
    ? run.right > last.right + size * BACKWARDS
    : run.left < last.left - size * BACKWARDS;
  return run.rightToLeft !== last.rightToLeft || !backwards;
}

/** The value that most characters have. */
export function dominant<T extends { readonly text: string }, V>(
  parts: readonly T[],
  measure: (part: T) => V,
): V | undefined {
  const weights = new Map<V, number>();
  for (const part of parts) weights.set(measure(part), (weights.get(measure(part)) ?? 0) + part.text.length);
  let best: V | undefined;
  for (const [value, weight] of weights)
    if (best === undefined || weight > (weights.get(best) ?? 0)) best = value;
  return best;
}

/** Font size of most characters, in half points. */
export function dominantSize(parts: readonly { readonly text: string; readonly size: number }[]): number {
  return dominant(parts, ({ size }) => Math.round(size * 2) / 2) ?? 0;
}

function joinRuns(runs: readonly Run[]): string[] {
  const cells: string[] = [];
  let text = '';
  let before: Run | null = null;
  let spaced = false;
  for (const run of runs) {
    if (run.text.trim() === '') {
      spaced = true;
      continue;
    }
    const size = Math.min(run.size, before?.size ?? run.size);
    const gap = before ? Math.max(run.left - before.right, before.left - run.right) : 0;
    if (gap > size * CELL_GAP) {
      cells.push(text.trim());
      text = '';
    } else if (before && (spaced || gap > size * SPACE_GAP) && !/\s$/.test(text) && !/^\s/.test(run.text)) {
      text += ' ';
    }
    text += run.text;
    before = run;
    spaced = false;
  }
  if (text.trim() !== '') cells.push(text.trim());
  return cells;
}

function toLine(runs: readonly Run[], page: number): Line | null {
  const solid = runs.filter((run) => run.text.trim() !== '');
  const [first] = solid;
  if (!first) return null;
  const rightToLeft = solid.filter((run) => run.rightToLeft).length > solid.length / 2;
  const ordered = rightToLeft ? runs.toSorted((a, b) => b.right - a.right) : runs;
  const cells = joinRuns(ordered);
  return {
    text: cells.join(' '),
    cells,
    page,
    left: solid.reduce((least, run) => Math.min(least, run.left), first.left),
    right: solid.reduce((most, run) => Math.max(most, run.right), first.right),
    baseline: first.baseline,
    size: dominantSize(solid),
    font: dominant(solid, (run) => run.font) ?? '',
    oneFont: solid.every((run) => run.font === first.font),
  };
}

/** Share of steps from line to line that may lead upwards before the order of drawing is no reading order. */
const MAX_UPWARD = 0.2;

/** Drawing order is reading order in nearly all files, columns included; where it jumps about, position decides. */
function inReadingOrder(lines: readonly Line[]): readonly Line[] {
  let upward = 0;
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    if (before && line.baseline > before.baseline + before.size) upward += 1;
  }
  if (upward < 4 || upward < lines.length * MAX_UPWARD) return lines;
  return lines.toSorted((a, b) =>
    Math.abs(a.baseline - b.baseline) > 2 ? b.baseline - a.baseline : a.left - b.left,
  );
}

/** Puts the runs of a page together to lines, in reading order. Space between words comes from the geometry. */
export function linesOfPage(items: readonly TextRun[], page: number): readonly Line[] {
  const lines: Line[] = [];
  let current: Run[] = [];
  const finish = (): void => {
    const line = toLine(current, page);
    if (line) lines.push(line);
    current = [];
  };
  for (const item of items) {
    const run = item.str === '' ? null : toRun(item);
    if (!run || (run.text.trim() === '' && current.length === 0)) continue;
    if (run.text.trim() !== '' && !follows(run, current)) finish();
    current.push(run);
  }
  finish();
  return inReadingOrder(lines);
}
