/** A piece of a text by UTF-16 code units, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Longer "sentences" are lists or tables without stops; they are cut at a space. UTF-16 code units. */
const LONGEST = 500;

/** Dots that end no sentence, in the languages of the samples; single capitals are initials. */
const ABBREVIATION =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|No|Nr|Nos|Art|Fig|Vol|vol|pp?|ed|eds|e\.g|i\.e|vs|cf|approx|Inc|Ltd|Corp|Dept|Mme|Mlle|M|z\.\s?B|d\.\s?h|u\.\s?a|bzw|ca|Abs|Nr|Hr|Fr|Sra?|\p{Lu})\.$/u;
/** They write ordinals with a dot: `1. März`. */
const DOTTED_ORDINALS: ReadonlySet<string> = new Set([
  'de',
  'da',
  'nb',
  'no',
  'fi',
  'cs',
  'sk',
  'hu',
  'pl',
  'sl',
  'hr',
]);
/** What a segmenter leaves of `[2]` when the footnote's mark follows a full stop. */
const FOOTNOTE_REST = /^\d{1,3}\]\s*/;
const TERMINATED = /[.!?:;。！？…][\p{Pf}\p{Pe}"'»]*$/u;
const LIST_ITEM = /^\s*(?:[-*•·‣▪–]|\[\d{1,3}\]|\(?(?:\d{1,3}|[a-z])[.)])\s/;
const LABEL = /^[^\s:：][^:：]{0,40}[:：]\s/;

/** The sentences of a text, in order, trimmed. Lines are sentences of their own unless a line was only wrapped. */
export function splitSentences(text: string, language: string | null): Range[] {
  const segmenter = new Intl.Segmenter(segmenterLocale(language), { granularity: 'sentence' });
  return blocksOf(text).flatMap((block) => sentencesOf(text, block, segmenter));
}

function segmenterLocale(language: string | null): string[] {
  try {
    return language === null ? [] : Intl.getCanonicalLocales(language);
  } catch {
    return [];
  }
}

/** Runs of lines that belong together: a new line begins a block unless the line before was wrapped in mid-sentence. */
function blocksOf(text: string): Range[] {
  const blocks: { start: number; end: number }[] = [];
  let previous = '';
  for (const match of text.matchAll(/[^\n]+/g)) {
    const line = match[0];
    const current = blocks.at(-1);
    const adjacent = current !== undefined && text.slice(current.end, match.index) === '\n';
    if (current !== undefined && adjacent && wraps(previous, line)) current.end = match.index + line.length;
    else blocks.push({ start: match.index, end: match.index + line.length });
    previous = line;
  }
  return blocks;
}

function wraps(line: string, next: string): boolean {
  const end = line.trimEnd();
  return (
    end.length >= 40 &&
    !TERMINATED.test(end) &&
    !isRow(line) &&
    !isRow(next) &&
    !LIST_ITEM.test(next) &&
    !LABEL.test(next)
  );
}

function isRow(line: string): boolean {
  return line.includes(' | ');
}

function sentencesOf(text: string, block: Range, segmenter: Intl.Segmenter): Range[] {
  const content = text.slice(block.start, block.end).replaceAll('\n', ' ');
  const language = segmenter.resolvedOptions().locale.slice(0, 2);
  const ranges: { start: number; end: number }[] = [];
  for (const { index, segment } of segmenter.segment(content)) {
    const end = index + segment.length;
    const last = ranges.at(-1);
    const before = last === undefined ? '' : content.slice(last.start, last.end).trimEnd();
    const mark = before.endsWith('[') ? (FOOTNOTE_REST.exec(segment)?.[0].length ?? 0) : 0;
    if (last !== undefined && mark > 0) last.end += mark;
    if (last !== undefined && goesOn(before, language)) last.end = end;
    else ranges.push({ start: index + mark, end });
  }
  return ranges
    .flatMap((range) => cutLong(content, range))
    .map((range) => trim(content, range))
    .filter((range) => range.end > range.start)
    .map((range) => ({ start: block.start + range.start, end: block.start + range.end }));
}

/** Whether a sentence that seems to end here does not: after an abbreviation, a section's number, or an ordinal. */
function goesOn(sentence: string, language: string): boolean {
  if (ABBREVIATION.test(sentence) || /^[\d.]{1,8}$/.test(sentence)) return true;
  return DOTTED_ORDINALS.has(language) && /(?:^|\s)\d{1,2}\.$/.test(sentence);
}

function cutLong(content: string, range: Range): Range[] {
  const pieces: Range[] = [];
  let start = range.start;
  while (range.end - start > LONGEST) {
    const space = content.lastIndexOf(' ', start + LONGEST);
    const end = space > start ? space : wholeCharacter(content, start + LONGEST);
    pieces.push({ start, end });
    start = end;
  }
  pieces.push({ start, end: range.end });
  return pieces;
}

/** Moves a cut out of a surrogate pair. */
function wholeCharacter(content: string, at: number): number {
  const unit = content.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

function trim(content: string, range: Range): Range {
  const piece = content.slice(range.start, range.end);
  const start = range.start + (piece.length - piece.trimStart().length);
  return { start, end: Math.max(start, range.end - (piece.length - piece.trimEnd().length)) };
}

export function isListItem(sentence: string): boolean {
  return LIST_ITEM.test(sentence);
}

/** The sentence without the mark of its list item, and without those of its footnote. */
export function withoutMarks(text: string, range: Range): Range {
  const sentence = text.slice(range.start, range.end);
  const leading = LIST_ITEM.exec(sentence)?.[0].length ?? 0;
  const trailing = /(?:\[\d{1,3}\])+$/.exec(sentence)?.[0].length ?? 0;
  return { start: range.start + leading, end: Math.max(range.start + leading, range.end - trailing) };
}
