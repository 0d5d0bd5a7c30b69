import type { OrganizationActor } from '../../kernel/actor.ts';
import { analyze } from '../../platform/search/analysis/analyzer.ts';
import type { SearchHit, SearchIndex } from '../../platform/search/port.ts';
import { type Question, readQuestion } from './ask.question.ts';

/** A passage that may answer, with what it shares with the question. */
export interface Candidate {
  readonly hit: SearchHit;
  /** Terms of its text. */
  readonly terms: ReadonlySet<string>;
  /** Terms of its title and headings. */
  readonly context: ReadonlySet<string>;
  /** How much of the question's weight it covers, 0 to 1. */
  readonly coverage: number;
}

export interface Retrieved {
  readonly question: Question;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** What a term of the question weighs: the rarer among the candidates, the more. */
  weight(term: string): number;
  /** The embedder that ranked, or null for words alone. */
  readonly embedder: string | null;
}

export interface Scope {
  readonly collectionId: string | undefined;
  readonly types: readonly string[] | undefined;
}

const PASSAGES = 30;
/** The search takes no longer query, UTF-16 code units. */
const LONGEST_QUERY = 1_000;

/** Finds the passages that the actor may read and that may answer the question. */
export async function retrieve(
  search: Pick<SearchIndex, 'search'>,
  actor: OrganizationActor,
  text: string,
  scope: Scope,
  signal: AbortSignal,
): Promise<Retrieved> {
  const q = toQuery(text);
  const found = await search.search(
    actor,
    { q, mode: 'hybrid', expand: 'passages', limit: PASSAGES, ...scope },
    signal,
  );
  const question = readQuestion(
    found.correctedTo ?? text,
    found.hits.map((hit) => hit.language),
  );
  const analysed = found.hits.map((hit) => ({
    hit,
    terms: termsOf(hit.passage.text, hit.language ?? question.language),
    context: termsOf([hit.title, ...hit.passage.headings].join('\n'), hit.language ?? question.language),
  }));
  const weight = weighTerms(analysed);
  const candidates = analysed.map((one) => ({ ...one, coverage: coverageOf(question, one, weight) }));
  return { question, candidates, weight, embedder: found.embedder };
}

/** A question is no query language: its quotation marks and dashes are no operators. */
export function toQuery(question: string): string {
  const words = question.replace(/["“”„«»]/gu, ' ').replace(/(^|\s)[-–—+]+(?=\S)/gu, '$1');
  return words.replace(/\s+/gu, ' ').trim().slice(0, LONGEST_QUERY).toWellFormed();
}

function termsOf(text: string, language: string | null): ReadonlySet<string> {
  return new Set(analyze(text, language).map((word) => word.term));
}

/** What a term weighs that no candidate holds: it may only be another word for the same thing. */
const ABSENT_WEIGHT = 2;
/** So that one rare word does not decide alone. */
const HIGHEST_WEIGHT = 2.5;

/** Inverse document frequency among the candidates. */
function weighTerms(passages: readonly Pick<Candidate, 'terms' | 'context'>[]): (term: string) => number {
  const known = new Map<string, number>();
  return (term) => {
    const found = known.get(term);
    if (found !== undefined) return found;
    const holding = passages.filter((passage) => passage.terms.has(term) || passage.context.has(term)).length;
    const rarity = 1 + Math.log((passages.length + 1) / (holding + 1));
    const weight = holding === 0 ? ABSENT_WEIGHT : Math.min(HIGHEST_WEIGHT, rarity);
    known.set(term, weight);
    return weight;
  };
}

function coverageOf(
  question: Question,
  passage: Pick<Candidate, 'hit' | 'terms' | 'context'>,
  weight: (term: string) => number,
): number {
  let covered = 0;
  let total = 0;
  for (const term of question.terms(passage.hit.language)) {
    total += weight(term);
    if (passage.terms.has(term) || passage.context.has(term)) covered += weight(term);
  }
  return total === 0 ? 0 : covered / total;
}
