import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TITLE_WEIGHT } from '../document-terms.ts';
import { OrganizationIndex } from '../memory/organization-index.ts';
import { encodeTerms } from '../storage/term-codec.ts';
import { B, bm25, K1, rowsOfDocumentsWithAny, rowsWithAll, scoreWords } from './bm25.ts';

interface Plain {
  readonly id: number;
  readonly title: readonly number[];
  readonly passages: readonly (readonly number[])[];
}

const counts = (terms: readonly number[]) => Map.groupBy(terms, (term) => term);
const packed = (terms: readonly number[]) =>
  encodeTerms(Array.from(counts(terms), ([term, all]) => ({ term, count: all.length, stop: false })));

function put(index: OrganizationIndex, document: Plain, key: number): void {
  index.put({
    key,
    type: 'source',
    id: `${document.id}`,
    version: 1,
    title: '',
    language: 'en',
    analysedAs: 'en',
    collectionId: null,
    audience: [],
    titleTerms: packed(document.title),
    passages: document.passages.map((terms, ordinal) => ({ ordinal, terms: packed(terms), vector: null })),
  });
}

function putAll(index: OrganizationIndex, documents: readonly Plain[], firstKey: number): void {
  for (const [position, document] of documents.entries()) put(index, document, firstKey + position);
}

/** The textbook's formula over plain arrays; the title's words stand `TITLE_WEIGHT` times in every passage. */
function naive(documents: readonly Plain[], query: readonly number[]): number[] {
  const rows = documents.flatMap(({ title, passages }) =>
    passages.map((body) => [...body, ...title.flatMap((term) => Array<number>(TITLE_WEIGHT).fill(term))]),
  );
  const average = Math.max(1, rows.reduce((sum, row) => sum + row.length, 0) / Math.max(1, rows.length));
  return rows.map((row) =>
    query.reduce((sum, term) => {
      const tf = row.filter((other) => other === term).length;
      const df = rows.filter((other) => other.includes(term)).length;
      const idf = Math.log(1 + (rows.length - df + 0.5) / (df + 0.5));
      return tf === 0 ? sum : sum + (idf * tf * (K1 + 1)) / (tf + K1 * (1 - B + (B * row.length) / average));
    }, 0),
  );
}

const term = fc.integer({ min: 1, max: 8 });
const documents = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 9 }),
    title: fc.array(term, { maxLength: 3 }),
    passages: fc.array(fc.array(term, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
  }),
  { selector: (document) => document.id, maxLength: 8 },
);
const query = fc.uniqueArray(term, { minLength: 1, maxLength: 4 });
const words = (terms: readonly number[]) =>
  terms.map((asked) => ({ weight: 1, forms: [{ term: asked, languages: null }] }));

describe('bm25', () => {
  test('equals the textbook on any library', () => {
    fc.assert(
      fc.property(documents, query, (library, asked) => {
        const index = new OrganizationIndex(null);
        putAll(index, library, 1);
        const expected = naive(library, asked);
        const scores = bm25(index.passages, words(asked));
        expect(scores).toHaveLength(expected.length);
        for (const [row, score] of expected.entries()) expect(scores[row]).toBeCloseTo(score, 4);
      }),
    );
  });

  test('what was replaced or removed counts no more', () => {
    fc.assert(
      fc.property(documents, documents, query, (before, after, asked) => {
        const index = new OrganizationIndex(null);
        putAll(index, before, 1);
        putAll(index, after, 101);
        for (const { id } of before)
          if (!after.some((document) => document.id === id)) index.remove('source', `${id}`);
        const scores = bm25(index.passages, words(asked));
        const living = [...scores].filter((_, row) => index.documentOfRow(row) !== undefined);
        const expected = naive(after, asked);
        expect(living).toHaveLength(expected.length);
        for (const [row, score] of expected.entries()) expect(living[row]).toBeCloseTo(score, 4);
        expect(
          [...scores]
            .filter((_, row) => index.documentOfRow(row) === undefined)
            .every((score) => score === 0),
        ).toBe(true);
      }),
    );
  });

  test('a document that holds the words in different passages comes before one that holds only one of them', () => {
    const index = new OrganizationIndex(null);
    put(
      index,
      {
        id: 1,
        title: [],
        passages: [
          [1, 5, 6],
          [2, 7, 8],
        ],
      },
      1,
    );
    put(
      index,
      {
        id: 2,
        title: [],
        passages: [
          [1, 5, 6],
          [3, 7, 8],
        ],
      },
      2,
    );
    const [both = 0, , one = 0, nothing = 0] = scoreWords(index, words([1, 2]));
    expect(both).toBeGreaterThan(one);
    expect(nothing).toBe(0);
  });

  test('a form counts only in its language', () => {
    const index = new OrganizationIndex(null);
    put(index, { id: 1, title: [], passages: [[1]] }, 1);
    const mask = new Uint8Array(256);
    expect(bm25(index.passages, [{ weight: 1, forms: [{ term: 1, languages: mask }] }])[0]).toBe(0);
    mask[0] = 1;
    expect(bm25(index.passages, [{ weight: 1, forms: [{ term: 1, languages: mask }] }])[0]).toBeGreaterThan(
      0,
    );
  });

  test('rows with all words, rows of documents with any', () => {
    const index = new OrganizationIndex(null);
    put(index, { id: 1, title: [], passages: [[1, 2], [1]] }, 1);
    put(index, { id: 2, title: [], passages: [[2]] }, 2);
    expect([...rowsWithAll(index, words([1, 2]))]).toEqual([1, 0, 0]);
    expect([...rowsOfDocumentsWithAny(index, words([1]))]).toEqual([1, 1, 0]);
  });
});
