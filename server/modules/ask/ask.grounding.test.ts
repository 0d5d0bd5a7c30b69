import { describe, expect, test } from 'vitest';
import type { CitationView } from '../search/index.ts';
import { createDraft, numbersHold } from './ask.grounding.ts';

const citation = (start: number): CitationView => ({
  type: 'source',
  id: '0190c0de-0000-7000-8000-000000000001',
  title: 'T',
  version: 1,
  start,
  end: start + 5,
  quote: 'quote',
});

describe('createDraft', () => {
  test('a citation carries the sentence that it stands in or behind', () => {
    const draft = createDraft();
    draft.addText('First');
    expect(draft.cite(citation(0), 'proof')).toBe(0);
    draft.addText('. Second has none. Third.');
    expect(draft.cite(citation(10), 'proof')).toBe(1);
    expect(draft.cite(citation(0), 'proof')).toBe(0);
    expect(draft.sentences('en', '')).toEqual([
      { start: 0, end: 6, supported: true, citations: [0] },
      { start: 7, end: 23, supported: false, citations: [] },
      { start: 24, end: 30, supported: true, citations: [1, 0] },
    ]);
    expect(draft.citations()).toHaveLength(2);
  });

  test('the same citation in the same place is told once', () => {
    const draft = createDraft();
    draft.addText('First');
    expect(draft.cite(citation(0), 'proof')).toBe(0);
    expect(draft.cite(citation(0), 'proof')).toBeNull();
  });

  test('a number that the cited passage does not hold leaves its sentence unsupported', () => {
    const draft = createDraft();
    draft.addText('It has 31 stations.');
    draft.cite(citation(0), 'measures at 13 stations');
    expect(draft.sentences('en', 'How many?')).toMatchObject([{ supported: false, citations: [0] }]);
  });

  test('nothing said, no sentence', () => {
    expect(createDraft().sentences('en', 'q')).toEqual([]);
  });
});

test.each([
  ['4,000 people came', 'about 4 000 people', true],
  ['4000 people came', 'about 4.000 people', true],
  ['It costs 3.5 million', 'costs 3,5 million', true],
  ['It costs 5 euros', 'costs 15 euros', false],
  ['It was 2023', 'it was 2024', false],
  ['1. It rained', 'it rained', true],
  ['No numbers at all', 'nothing', true],
])('numbersHold: %s ← %s', (sentence, proof, expected) => {
  expect(numbersHold(sentence, proof)).toBe(expected);
});
