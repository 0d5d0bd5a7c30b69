import type { CitationMark, Turn } from './ask-session.ts';

/** A stretch of an answer with the citations that follow it. */
export interface AnswerPart {
  readonly start: number;
  readonly text: string;
  /** Indexes into the citations. */
  readonly citations: readonly number[];
  /** No checked quote carries it. Known only once the answer is complete. */
  readonly unsupported: boolean;
}

/** Cuts an answer where its citations stand: by sentence when it is complete, by mark while it streams. */
export function partsOf(turn: Turn): AnswerPart[] {
  if (turn.answer === undefined) return streamed(turn.text, turn.marks);
  const { answer, sentences, outcome } = turn.answer;
  // A sentence that says that nothing was found claims nothing that would need support.
  const judged = outcome === 'answered' || outcome === 'truncated';
  const parts: AnswerPart[] = [];
  let at = 0;
  for (const sentence of sentences) {
    if (sentence.start > at) parts.push(plain(answer, at, sentence.start));
    const { start, end, supported, citations } = sentence;
    parts.push({ start, text: answer.slice(start, end), citations, unsupported: judged && !supported });
    at = end;
  }
  if (at < answer.length) parts.push(plain(answer, at, answer.length));
  return parts;
}

function streamed(text: string, marks: readonly CitationMark[]): AnswerPart[] {
  const parts: AnswerPart[] = [];
  let start = 0;
  for (const at of [...new Set(marks.map((mark) => mark.at))].sort((a, b) => a - b)) {
    const citations = marks.filter((mark) => mark.at === at).map((mark) => mark.index);
    parts.push({ start, text: text.slice(start, at), citations, unsupported: false });
    start = at;
  }
  if (start < text.length) parts.push(plain(text, start, text.length));
  return parts;
}

function plain(text: string, start: number, end: number): AnswerPart {
  return { start, text: text.slice(start, end), citations: [], unsupported: false };
}
