import { graphemeCut } from './graphemes.ts';
import type { Block } from './sections.ts';
import { sentenceEnds } from './sentences.ts';
import { tokenCount } from './tokens.ts';

/** The smallest piece that packing moves: a sentence, or a part of one that is too long for a chunk. */
export interface Atom {
  readonly start: number;
  readonly end: number;
  /** With the space that follows in the text. */
  readonly tokens: number;
  /** Whether a block begins here. */
  readonly opensBlock: boolean;
  readonly heading: boolean;
}

/** Code units that a token is at least expected to stand for when an over-long piece is cut; only a first guess. */
const GUESS_PER_TOKEN = 4;
/** How far back a cut looks for a space, as a share of the piece. */
const LOOK_BACK = 0.5;
/** Cuts [start, end) so that each part has at most `limit` tokens, after spaces where there are some. */
function* hardCuts(
  text: string,
  start: number,
  end: number,
  limit: number,
): Generator<{ end: number; tokens: number }> {
  let from = start;
  let perToken = GUESS_PER_TOKEN;
  while (from < end) {
    let size = Math.max(2, Math.floor(limit * perToken));
    let cut = end;
    let tokens = 0;
    for (;;) {
      cut = end - from <= size ? end : wordCut(text, from, from + size);
      tokens = tokenCount(text.slice(from, cut));
      if (tokens <= limit || cut - from <= 2) break;
      size = Math.max(2, Math.min(size - 1, Math.floor(((cut - from) * limit * 0.95) / tokens)));
    }
    perToken = Math.max(0.5, (cut - from) / Math.max(1, tokens));
    yield { end: cut, tokens };
    from = cut;
  }
}

function wordCut(text: string, from: number, at: number): number {
  const earliest = from + Math.floor((at - from) * (1 - LOOK_BACK));
  for (let index = at; index > earliest; index -= 1) {
    if (/\s/.test(text.charAt(index - 1))) return index;
  }
  return Math.max(from + 1, graphemeCut(text, from, at));
}

/** The atoms of blocks, in order. A block that fits in a third of the target stays whole. */
export function atomsOf(
  text: string,
  blocks: readonly Block[],
  language: string | null,
  target: number,
): Atom[] {
  const atoms: Atom[] = [];
  for (const [index, block] of blocks.entries()) {
    const until = blocks[index + 1]?.start ?? block.end;
    // Space between blocks counts, so that the sum over atoms is what their joined text has, or a little more.
    const gap = until > block.end ? 1 : 0;
    const whole =
      block.end - block.start <= target * 12 ? tokenCount(text.slice(block.start, block.end)) : Infinity;
    if (whole + gap <= target / 3) {
      atoms.push({
        start: block.start,
        end: block.end,
        tokens: whole + gap,
        opensBlock: true,
        heading: block.heading,
      });
      continue;
    }
    let from = block.start;
    for (const sentence of sentenceEnds(text.slice(block.start, block.end), language)) {
      const end = block.start + sentence;
      for (const part of hardCuts(text, from, end, target)) {
        atoms.push({
          start: from,
          end: part.end,
          tokens: part.tokens + (part.end === block.end ? gap : 0),
          opensBlock: from === block.start,
          heading: block.heading,
        });
        from = part.end;
      }
    }
  }
  return atoms;
}
