import type { CitationView } from '../search/index.ts';
import type { AnswerView } from './ask.schemas.ts';
import { type Range, splitSentences } from './ask.sentences.ts';

/** An answer as it grows: its text, its checked citations, and where they stand. */
export interface Draft {
  text(): string;
  addText(text: string): void;
  /** Adds a checked citation after the text so far. Gives its index, or null when it already stands there. */
  cite(citation: CitationView, evidence: string): number | null;
  /** Ends a sentence after the text so far; without any such mark the text is segmented. */
  endSentence(): void;
  sentences(language: string | null, question: string): AnswerView['sentences'];
  citations(): CitationView[];
}

interface Anchor {
  /** How much text stood before it. */
  readonly at: number;
  readonly citation: number;
}

export function createDraft(): Draft {
  let answer = '';
  const citations: CitationView[] = [];
  /** For each citation the passage that it is from. */
  const evidence: string[] = [];
  const anchors: Anchor[] = [];
  const marked: Range[] = [];
  return {
    text: () => answer,
    addText(text) {
      answer += text;
    },
    cite(citation, passage) {
      const same = citations.findIndex((other) => sameRange(other, citation));
      const index = same < 0 ? citations.push(citation) - 1 : same;
      if (same < 0) evidence.push(passage);
      if (anchors.some((anchor) => anchor.at === answer.length && anchor.citation === index)) return null;
      anchors.push({ at: answer.length, citation: index });
      return index;
    },
    endSentence() {
      const begin = marked.at(-1)?.end ?? 0;
      const start = begin + (answer.length - begin - answer.slice(begin).trimStart().length);
      if (answer.length > start) marked.push({ start, end: answer.length });
    },
    sentences(language, question) {
      const ranges = marked.length > 0 ? marked : splitSentences(answer, language);
      return ranges.map((range, index) => {
        const next = ranges[index + 1]?.start ?? Number.POSITIVE_INFINITY;
        const own = anchors
          .filter(({ at }) => at > range.start && at <= next)
          .map((anchor) => anchor.citation);
        const used = [...new Set(own)];
        const proof = [question, ...used.map((citation) => evidence[citation] ?? '')].join('\n');
        const supported = used.length > 0 && numbersHold(answer.slice(range.start, range.end), proof);
        return { start: range.start, end: range.end, supported, citations: used };
      });
    },
    citations: () => [...citations],
  };
}

function sameRange(a: CitationView, b: CitationView): boolean {
  return (
    a.type === b.type && a.id === b.id && a.version === b.version && a.start === b.start && a.end === b.end
  );
}

const NUMBER = /\d+(?:[.,'’\u00a0\u202f]\d+)*/g;
/** What stands between the digits of one number, in any country's way of writing it. */
const SEPARATORS = /(?<=\d)[\s.,'’]+(?=\d)/gu;

/**
 * Whether each number of a sentence stands in what it cites: a quote can be right and the number beside it wrong. How digits
 * are grouped does not matter.
 */
export function numbersHold(sentence: string, proof: string): boolean {
  const plain = digits(proof);
  const grouped = digits(proof.replace(SEPARATORS, ''));
  return [...sentence.replace(/^\s*\d{1,2}[.)]\s/, '').matchAll(NUMBER)].every(([number]) => {
    const wanted = number.replace(SEPARATORS, '');
    return plain.has(number) || plain.has(wanted) || grouped.has(wanted);
  });
}

function digits(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(NUMBER)].flatMap(([number]) => [number, number.replace(SEPARATORS, '')]));
}
