import { estimateTokens } from '../../platform/ai/index.ts';
import type { SearchHit } from '../../platform/search/port.ts';
import type { Candidate, Retrieved } from './ask.retrieval.ts';

/** What the passages of one question may take of a model's context, estimated tokens. */
const CONTEXT_TOKENS = 6_000;
const MOST_PASSAGES = 12;
/** A passage that covers less of the question's weight has to be vouched for by meaning. */
const ENOUGH_COVERAGE = 0.25;
/** How many of the best by meaning are trusted where words cannot tell: another language, or a learned embedder. */
const TRUSTED_BY_MEANING = 6;

/**
 * The passages to show a model, best first; none where nothing seems relevant.
 * @param trained whether the ranking comes from a trained embedding model, which knows relevance without common words
 */
export function selectContext(retrieved: Retrieved, trained: boolean): SearchHit[] {
  const relevant = retrieved.candidates.filter((candidate, rank) =>
    isRelevant(retrieved, candidate, rank, trained),
  );
  const selected: SearchHit[] = [];
  let room = CONTEXT_TOKENS;
  for (const { hit } of relevant) {
    const tokens = estimateTokens(hit.passage.text);
    if (selected.length === MOST_PASSAGES || tokens > room) continue;
    selected.push(hit);
    room -= tokens;
  }
  return selected;
}

function isRelevant(retrieved: Retrieved, candidate: Candidate, rank: number, trained: boolean): boolean {
  const { question } = retrieved;
  if (candidate.coverage >= ENOUGH_COVERAGE) return true;
  const wordsCannotTell =
    question.terms(candidate.hit.language).length === 0 ||
    isOtherLanguage(question.language, candidate.hit.language);
  return (trained || (wordsCannotTell && retrieved.embedder !== null)) && rank < TRUSTED_BY_MEANING;
}

function isOtherLanguage(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.split('-')[0] !== other.split('-')[0];
}
