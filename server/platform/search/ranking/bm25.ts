import type { OrganizationIndex } from '../memory/organization-index.ts';
import { countOf, passageOf } from '../memory/posting-lists.ts';
import type { QueryWord, WordForm } from '../query/words.ts';

/** Okapi BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019), with the inverse document frequency that stays positive. */
export const K1 = 1.5;
export const B = 0.75;

/** BM25 of every row for the words: exact, over the living passages of the organization. 0 where no word stands. */
export function bm25(index: OrganizationIndex, words: readonly QueryWord[]): Float32Array {
  const scores = new Float32Array(index.rows);
  const perWord = (B * K1) / index.averageLength;
  const fixed = K1 * (1 - B);
  for (const word of words) {
    const found = frequency(index, word);
    if (found === 0) continue;
    const idf = Math.log(1 + (index.passages - found + 0.5) / (found + 0.5));
    const most = word.weight * idf * (K1 + 1);
    for (const form of word.forms) {
      visitRows(index, form, (row, count) => {
        scores[row] =
          (scores[row] ?? 0) + (most * count) / (count + fixed + perWord * index.lengthOfRow(row));
      });
    }
  }
  return scores;
}

/** In how many living passages a word stands. */
function frequency(index: OrganizationIndex, word: QueryWord): number {
  let found = 0;
  for (const form of word.forms) {
    visitRows(index, form, () => {
      found++;
    });
  }
  return found;
}

/** Calls `visit` for every living row that holds the form in one of its languages. */
function visitRows(
  index: OrganizationIndex,
  form: WordForm,
  visit: (row: number, count: number) => void,
): void {
  const { languages } = form;
  index.postings.visit(form.term, (words, from, to) => {
    for (let at = from; at < to; at++) {
      const posting = words[at] as number;
      const row = passageOf(posting);
      if (index.documentOfRow(row) === undefined) continue;
      if (languages !== null && languages[index.languageOfRow(row)] === 0) continue;
      visit(row, countOf(posting));
    }
  });
}

/** Marks with 1 the rows that hold all of the words. */
export function rowsWithAll(index: OrganizationIndex, words: readonly QueryWord[]): Uint8Array {
  const held = new Uint8Array(index.rows);
  words.forEach((word, position) => {
    for (const form of word.forms) {
      visitRows(index, form, (row) => {
        if (held[row] === position) held[row] = position + 1;
      });
    }
  });
  return held.map((count) => (count === words.length ? 1 : 0));
}

/** Marks with 1 every row of the documents of which a passage holds one of the words. */
export function rowsOfDocumentsWithAny(index: OrganizationIndex, words: readonly QueryWord[]): Uint8Array {
  const marked = new Uint8Array(index.rows);
  for (const word of words) {
    for (const form of word.forms) {
      visitRows(index, form, (row) => {
        const document = index.documentOfRow(row);
        if (document !== undefined) marked.fill(1, document.first, document.first + document.ordinals.length);
      });
    }
  }
  return marked;
}
