import { analyze } from '../../platform/search/analysis/analyzer.ts';
import type { SearchHit } from '../../platform/search/port.ts';
import type { Expectation, Question } from './ask.question.ts';
import type { Candidate, Retrieved } from './ask.retrieval.ts';
import { isListItem, type Range, splitSentences, withoutMarks } from './ask.sentences.ts';

/** A sentence of a passage, as a piece of an answer. */
export interface Extract {
  readonly hit: SearchHit;
  /** In the passage's text, UTF-16 code units. */
  readonly range: Range;
  readonly score: number;
}

interface Sentence extends Extract {
  readonly terms: ReadonlySet<string>;
  /** It holds what a question of this kind wants to hear. */
  readonly expected: boolean;
}

const MOST_SENTENCES = 4;
/** A question for one fact wants no essay. */
const MOST_FACTS = 2;
/** How much of the question's weight a sentence and its surroundings must cover; less where the document is about it. */
const ENOUGH = 0.55;
const ENOUGH_ON_TOPIC = 0.4;
/** What a term counts that stands not in the sentence but in its heading, in the sentence before it, in its passage. */
const INTRODUCED = 0.7;
const JUST_BEFORE = 0.4;
const NEARBY = 0.2;
/** A further sentence must be nearly as good as the best. */
const NEARLY_AS_GOOD = 0.8;
/** Above this share of common terms two sentences say the same (Jaccard). */
const SAME = 0.6;

/**
 * The sentences that answer the question best, best first; none where the passages share too little with it. Scores follow
 * extractive question answering by term overlap (Luhn 1958; Lin 2007), redundancy is held down by maximal marginal
 * relevance (Carbonell and Goldstein 1998).
 */
export function extractAnswer(retrieved: Retrieved): Extract[] {
  const { question, candidates } = retrieved;
  if (!essentialsArePresent(question, candidates)) return [];
  const sentences = candidates.flatMap((candidate, rank) => scoreSentences(retrieved, candidate, rank));
  sentences.sort((a, b) => b.score - a.score);
  const [best] = sentences;
  if (best === undefined) return [];
  const most = question.expects === null ? MOST_SENTENCES : MOST_FACTS;
  const chosen = [best];
  for (const next of sentences.slice(1)) {
    if (chosen.length >= most || next.score < NEARLY_AS_GOOD * best.score) break;
    if (best.expected && !next.expected) continue;
    if (chosen.every((one) => similarity(one.terms, next.terms) < SAME)) chosen.push(next);
  }
  return chosen;
}

/** A question about a name or a number that no passage holds has no answer here. */
function essentialsArePresent(question: Question, candidates: readonly Candidate[]): boolean {
  if (candidates.length === 0) return false;
  const languages = new Set(candidates.map((candidate) => candidate.hit.language));
  return [...languages].some((language) =>
    question
      .essentials(language)
      .every((term) =>
        candidates.some((candidate) => candidate.terms.has(term) || candidate.context.has(term)),
      ),
  );
}

function scoreSentences(retrieved: Retrieved, candidate: Candidate, rank: number): Sentence[] {
  const { hit } = candidate;
  const { text } = hit.passage;
  const language = hit.language ?? retrieved.question.language;
  const ranges = splitSentences(text, language);
  const found: Sentence[] = [];
  let lead: ReadonlySet<string> = new Set();
  let before: ReadonlySet<string> = new Set();
  for (const [position, whole] of ranges.entries()) {
    const words = analyze(text.slice(whole.start, whole.end), language).map((word) => word.term);
    const terms = new Set(words);
    const range = withoutMarks(text, whole);
    const sentence = { terms, words, lead, before, text: text.slice(range.start, range.end) };
    if (introduces(hit, ranges, position)) lead = terms;
    else {
      const score = scoreSentence(retrieved, candidate, sentence);
      const expected = isExpected(retrieved.question, sentence.text);
      if (score !== null)
        found.push({ hit, range, terms, expected, score: score + 0.15 / (1 + rank) - 0.002 * position });
    }
    before = terms;
  }
  return found;
}

/** `1.3 ` before a heading. */
const SECTION_NUMBER = /^(?:\d{1,2}\.)*\d{0,2}\s+/;

/**
 * Whether a sentence is a heading, a table's first row, or a line such as "The duties are:": it answers nothing, but what
 * follows is about it.
 */
function introduces(hit: SearchHit, ranges: readonly Range[], position: number): boolean {
  const { text, headings } = hit.passage;
  const sentenceAt = (index: number) => text.slice(ranges[index]?.start ?? 0, ranges[index]?.end ?? 0);
  const whole = sentenceAt(position);
  const sentence = whole.replace(SECTION_NUMBER, '');
  if (/[:：]$/u.test(sentence) || whole === hit.title || headings.includes(whole)) return true;
  if (isRow(whole))
    return isRow(sentenceAt(position + 1)) && !isRow(sentenceAt(position - 1)) && !/\p{N}/u.test(whole);
  return isShortLine(sentence) && !isListItem(whole) && standsAlone(text, ranges, position);
}

function isShortLine(sentence: string): boolean {
  return (
    sentence.length <= 70 && !/[.!?。！？:：\p{N}]/u.test(sentence) && sentence.split(/\s+/u).length <= 8
  );
}

/** Whether empty lines set it off as a paragraph of its own, or a list follows it. */
function standsAlone(text: string, ranges: readonly Range[], position: number): boolean {
  const before = text.slice(ranges[position - 1]?.end ?? 0, ranges[position]?.start);
  const next = ranges[position + 1];
  if (next === undefined || (position > 0 && !before.includes('\n\n'))) return false;
  const after = text.slice(ranges[position]?.end, next.start);
  return after.includes('\n\n') || (after.includes('\n') && isListItem(text.slice(next.start, next.end)));
}

function isRow(sentence: string): boolean {
  return sentence.includes(' | ');
}

function isExpected(question: Question, sentence: string): boolean {
  return question.expects !== null && ANSWERS[question.expects].test(sentence);
}

interface Surroundings {
  readonly terms: ReadonlySet<string>;
  /** The terms in order. */
  readonly words: readonly string[];
  /** Of the heading or line that introduces it. */
  readonly lead: ReadonlySet<string>;
  /** Of the sentence before it. */
  readonly before: ReadonlySet<string>;
  readonly text: string;
}

/** Null where the sentence cannot answer. */
function scoreSentence(retrieved: Retrieved, candidate: Candidate, sentence: Surroundings): number | null {
  const { question, weight } = retrieved;
  const asked = question.terms(candidate.hit.language);
  let total = 0;
  let own = 0;
  let around = 0;
  let onTopic = false;
  for (const term of asked) {
    const value = weight(term);
    total += value;
    const inContext = candidate.context.has(term);
    const introduced = inContext || sentence.lead.has(term);
    onTopic ||= introduced;
    if (sentence.terms.has(term)) own += value;
    else if (introduced) around += INTRODUCED * value;
    else if (sentence.before.has(term)) around += JUST_BEFORE * value;
    else if (candidate.terms.has(term)) around += NEARBY * value;
  }
  if (total === 0 || own + around === 0) return null;
  const expected = isExpected(question, sentence.text);
  const led = asked.some((term) => sentence.lead.has(term));
  if (own === 0 && !led && !(expected && onTopic)) return null;
  const coverage = (own + around) / total;
  if (coverage < (onTopic ? ENOUGH_ON_TOPIC : ENOUGH)) return null;
  const asks = /[?？]\s*$/u.test(sentence.text) ? 0.4 : 0;
  const short = sentence.words.length < 3 ? 0.2 : 0;
  return coverage + (expected ? 0.15 : 0) + 0.1 * adjacency(asked, sentence.words) - asks - short;
}

/** What the answer to a question of each kind holds. */
const ANSWERS: Readonly<Record<Expectation, RegExp>> = {
  person:
    /\p{Lu}[\p{Ll}\p{M}'’-]+(?:\s+(?:of|de|du|des|la|van|von|der|,|the|and|et)?\s*\p{Lu}[\p{L}'’-]+)+|先生|女士|さん|氏/u,
  time: /\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[/.-]\d{1,2}\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|fév|avr|mai|juin|juil|août|déc|mär|okt|dez|mon|tues|wednes|thurs|fri|satur|sun)\p{L}*|\p{N}\s*[年月日時时]/iu,
  number:
    /\p{N}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million|deux|trois|quatre|cinq|zwei|drei|vier|fünf)\b|[一二三四五六七八九十百千万]/iu,
  place:
    /(?:(?<!\p{L})(?:in|at|near|from|to|à|au|en|dans|im|bei|nach|aus|located)\s+(?:the\s+|la\s+|der\s+)?\p{Lu})|[市县省区町村国]/u,
};

/** The share of neighbouring terms of the question that stand close together in the sentence. */
function adjacency(asked: readonly string[], words: readonly string[]): number {
  if (asked.length < 2) return 0;
  const at = new Map(words.map((word, position) => [word, position]));
  let close = 0;
  for (const [i, term] of asked.slice(1).entries()) {
    const one = at.get(asked[i] ?? '');
    const other = at.get(term);
    if (one !== undefined && other !== undefined && Math.abs(one - other) <= 4) close++;
  }
  return close / (asked.length - 1);
}

function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((term) => b.has(term)).length;
  return common === 0 ? 0 : common / (a.size + b.size - common);
}
