import { declaredLanguage } from '../language.ts';
import type { Chunk, ParsedDocument } from '../port.ts';
import { type Atom, atomsOf } from './atoms.ts';
import { chaptersOf, commonPath, type Section } from './sections.ts';
import { tokenCount } from './tokens.ts';

export interface SegmentOptions {
  /** Tokens aimed at. */
  readonly targetTokens?: number;
  /** Tokens that no chunk exceeds. */
  readonly maxTokens?: number;
  /** Tokens of a section's text that a chunk repeats from the chunk before it. */
  readonly overlapTokens?: number;
}

interface Limits {
  readonly target: number;
  readonly max: number;
  readonly overlap: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A whole section a little over the target is better than two halves. */
const SLACK = 1.25;
/** Share of the target from which on a chunk prefers to end with a paragraph. */
const ENOUGH = 0.5;

/** Where a chunk that is full ends: after the last paragraph if that leaves enough, else after the last sentence. */
function breakIndex(atoms: readonly Atom[], from: number, to: number, target: number): number {
  let tokens = 0;
  let best = to;
  for (let index = from; index < to; index += 1) {
    if (atoms[index]?.opensBlock && index > from && tokens >= target * ENOUGH) best = index;
    tokens += atoms[index]?.tokens ?? 0;
  }
  const opensHeading = atoms[best - 1]?.heading && best - 1 > from; // never leave a heading behind
  return opensHeading ? best - 1 : best;
}

/** Packs atoms greedily into runs [from, to) of at most `target` tokens, the first `overlap` less after the first. */
function pack(atoms: readonly Atom[], limits: Limits): [number, number][] {
  const runs: [number, number][] = [];
  let from = 0;
  while (from < atoms.length) {
    const budget = limits.target - (runs.length > 0 ? limits.overlap : 0);
    let to = from;
    let tokens = 0;
    while (to < atoms.length && (to === from || tokens + (atoms[to]?.tokens ?? 0) <= budget)) {
      tokens += atoms[to]?.tokens ?? 0;
      to += 1;
    }
    if (to < atoms.length) to = breakIndex(atoms, from, to, limits.target);
    runs.push([from, to]);
    from = to;
  }
  return runs;
}

/** The start of the text repeated before `at`: whole sentences where one fits, else whole words. */
function overlapStart(
  text: string,
  atoms: readonly Atom[],
  from: number,
  earliest: number,
  overlap: number,
): number {
  const at = atoms[from]?.start ?? 0;
  let start = at;
  let tokens = 0;
  for (let index = from - 1; index >= earliest; index -= 1) {
    const atom = atoms[index];
    // A sentence may be longer than the overlap: half of one helps no reader.
    const room = index === from - 1 ? overlap * 2 : overlap;
    if (!atom || atom.heading || tokens + atom.tokens > room) break;
    tokens += atom.tokens;
    start = atom.start;
  }
  if (start < at || overlap === 0 || from === earliest) return start;
  const before = atoms[from - 1];
  if (!before || before.heading) return at;
  const perToken = (before.end - before.start) / Math.max(1, before.tokens);
  const cut = Math.max(before.start, at - Math.floor(overlap * perToken * 0.8));
  const space = text.slice(cut, at).search(/\s\S/);
  return space === -1 ? at : cut + space + 1;
}

function trim(text: string, span: Span): Span {
  const slice = text.slice(span.start, span.end);
  const start = span.start + (slice.length - slice.trimStart().length);
  return { start, end: Math.max(start, span.end - (slice.length - slice.trimEnd().length)) };
}

type MeasuredSpan = Span & { readonly tokens: number };

function measure(text: string, start: number, end: number): MeasuredSpan {
  const span = trim(text, { start, end });
  return { ...span, tokens: tokenCount(text.slice(span.start, span.end)) };
}

/** The spans of a run of atoms: one, unless the joined text has more tokens than its parts had and is over the ceiling. */
function spansOfRun(text: string, atoms: readonly Atom[], start: number, max: number): MeasuredSpan[] {
  const [first, last] = [atoms[0], atoms.at(-1)];
  if (!first || !last) return [];
  const span = measure(text, start, last.end);
  if (span.tokens <= max) return [span];
  const bare = measure(text, first.start, last.end);
  if (bare.tokens <= max || atoms.length === 1) return [bare];
  const half = Math.ceil(atoms.length / 2);
  const second = atoms.slice(half);
  return [
    ...spansOfRun(text, atoms.slice(0, half), first.start, max),
    ...spansOfRun(text, second, second[0]?.start ?? last.start, max),
  ];
}

/** The chunks of sections that belong together, as ranges with their exact number of tokens. */
function spansOf(text: string, atoms: readonly Atom[], limits: Limits): MeasuredSpan[] {
  const spans: MeasuredSpan[] = [];
  let earliest = 0;
  for (const [from, to] of pack(atoms, limits)) {
    const start = overlapStart(text, atoms, from, earliest, limits.overlap);
    for (const span of spansOfRun(text, atoms.slice(from, to), start, limits.max)) spans.push(span);
    earliest = from;
  }
  const [before, tail] = spans.slice(-2);
  if (tail && before && tail.tokens < limits.target * 0.3) {
    const joined = measure(text, before.start, tail.end);
    if (joined.tokens <= limits.max) spans.splice(-2, 2, joined);
  }
  return spans;
}

/** Sections of a chapter that fit into one chunk together. Headings with nothing below them go with what follows. */
function groupSections(
  sections: readonly { section: Section; tokens: number }[],
  limits: Limits,
): Section[][] {
  const groups: { sections: Section[]; tokens: number; open: boolean }[] = [];
  for (const { section, tokens } of sections) {
    const group = groups.at(-1);
    if (group && (group.open || group.tokens + tokens <= limits.target)) {
      group.sections.push(section);
      group.tokens += tokens;
      group.open = group.open && section.blocks.every((block) => block.heading);
    } else {
      groups.push({ sections: [section], tokens, open: section.blocks.every((block) => block.heading) });
    }
  }
  return groups.map((group) => group.sections);
}

function pageFinder(document: ParsedDocument): (position: number) => number | null {
  const pages = document.structure.filter((item) => item.kind === 'page');
  let index = 0;
  return (position) => {
    while (index > 0 && (pages[index]?.start ?? 0) > position) index -= 1;
    while (index + 1 < pages.length && (pages[index]?.end ?? 0) <= position) index += 1;
    return pages[index]?.page ?? null;
  };
}

/**
 * Cuts a document into chunks that follow its structure: none crosses a heading of level 1 or 2, none exceeds
 * `maxTokens`, small sections of a chapter share one, long ones are cut after sentences and overlap. Every character that
 * is not white space lies in at least one. Linear in the length of the text.
 */
export function segment(document: ParsedDocument, options: SegmentOptions = {}): Chunk[] {
  const max = options.maxTokens ?? 512;
  // Joined text can have a token or two more than its parts.
  const ceiling = Math.floor(max * 0.95);
  const target = Math.min(options.targetTokens ?? 350, ceiling);
  const limits = { max, target, overlap: Math.min(options.overlapTokens ?? 40, Math.floor(target / 4)) };
  const language = declaredLanguage(document.language);
  const pageAt = pageFinder(document);
  const chunks: Chunk[] = [];
  for (const chapter of chaptersOf(document)) {
    const measured = chapter.map((section) => {
      const atoms = atomsOf(document.text, section.blocks, language, limits.target);
      return { section, atoms, tokens: atoms.reduce((sum, atom) => sum + atom.tokens, 0) };
    });
    const atomsBySection = new Map(measured.map(({ section, atoms }) => [section, atoms]));
    for (const group of groupSections(measured, limits)) {
      const atoms = group.flatMap((section) => atomsBySection.get(section) ?? []);
      const total = atoms.reduce((sum, atom) => sum + atom.tokens, 0);
      const whole = total <= Math.min(ceiling, target * SLACK);
      const headings = commonPath(group);
      for (const { start, end, tokens } of spansOf(
        document.text,
        atoms,
        whole ? { ...limits, target: ceiling } : limits,
      )) {
        const text = document.text.slice(start, end);
        chunks.push({ ordinal: chunks.length, text, start, end, page: pageAt(start), headings, tokens });
      }
    }
  }
  return chunks;
}
