import { describe, expect, test } from 'vitest';
import type { SearchHit } from '../../platform/search/port.ts';
import { selectContext } from './ask.context.ts';
import { readQuestion } from './ask.question.ts';
import type { Candidate, Retrieved } from './ask.retrieval.ts';

function candidate(coverage: number, language: string | null = 'en', text = 'Some words.'): Candidate {
  const hit: SearchHit = {
    type: 'source',
    id: 'id',
    version: 1,
    title: 'T',
    language,
    collectionId: null,
    passage: { ordinal: 0, text, start: 0, end: text.length, page: null, headings: [] },
    snippet: '',
    highlights: [],
    score: 1,
  };
  return { hit, terms: new Set(), context: new Set(), coverage };
}

function retrieved(
  candidates: readonly Candidate[],
  embedder: string | null = 'latent-semantic:1',
  text = 'Where is the bridge?',
): Retrieved {
  return { question: readQuestion(text, ['en', 'fr']), candidates, weight: () => 1, embedder };
}

const many = (coverage: number, language?: string) =>
  Array.from({ length: 30 }, () => candidate(coverage, language));

describe('selectContext', () => {
  test('keeps what shares enough with the question, best first', () => {
    const good = [candidate(1), candidate(0.1), candidate(0.3)];
    expect(selectContext(retrieved(good), false)).toEqual([good[0]?.hit, good[2]?.hit]);
    expect(selectContext(retrieved(many(0)), false)).toEqual([]);
  });

  test('stays within its number of passages and its tokens', () => {
    expect(selectContext(retrieved(many(1)), false)).toHaveLength(12);
    const long = Array.from({ length: 12 }, () => candidate(1, 'en', 'x'.repeat(4_000)));
    expect(selectContext(retrieved(long), false)).toHaveLength(6);
    expect(
      selectContext(retrieved([candidate(1, 'en', 'x'.repeat(40_000)), candidate(1)]), false),
    ).toHaveLength(1);
  });

  test('trusts meaning for a few passages where words cannot tell', () => {
    expect(selectContext(retrieved(many(0, 'fr')), false)).toHaveLength(6);
    expect(selectContext(retrieved(many(0), 'latent-semantic:1', 'Who is it?'), false)).toHaveLength(6);
    expect(selectContext(retrieved(many(0), 'openai:embedder'), true)).toHaveLength(6);
  });

  test('without an embedder there is no meaning to trust', () => {
    expect(selectContext(retrieved(many(0, 'fr'), null), false)).toEqual([]);
  });
});
