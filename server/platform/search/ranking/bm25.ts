import type { Bm25Space } from '../memory/bm25-space.ts';
import type { OrganizationIndex } from '../memory/organization-index.ts';
import { countOf, passageOf } from '../memory/posting-lists.ts';
import type { QueryWord, WordForm } from '../query/words.ts';

/** Okapi BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019), with the inverse document frequency that stays positive. */
export const K1 = 1.5;
/** Below the usual 0.75: better on seven of ten test collections, at most 0.5 % worse on the others (docs/search.md). */
export const B = 0.6;

/**
 * How much a whole document's score counts beside its passage's. The best passage alone loses up to a twentieth on
 * collections cut into passages of 30 and 60 words; on a dozen long documents it is the better guide. Half serves both.
 */
const DOCUMENT_WEIGHT = 0.5;

/**
 * The score of every row by words: BM25 of the passage plus BM25 of its document, each exact in its own space. 0 where no
 * word stands in the passage.
 */
export function scoreWords(index: OrganizationIndex, words: readonly QueryWord[]): Float32Array {
  const scores = bm25(index.passages, words);
  const whole = bm25(index.documents, words);
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    const document = score > 0 ? index.documentOfRow(row) : undefined;
    if (document !== undefined) scores[row] = score + DOCUMENT_WEIGHT * (whole[document.slot] as number);
  }
  return scores;
}

/** BM25 of every text of a space: exact, over its living texts. 0 where no word stands. */
export function bm25(space: Bm25Space, words: readonly QueryWord[]): Float32Array {
  const scores = new Float32Array(space.size);
  const perWord = (B * K1) / space.averageLength;
  const fixed = K1 * (1 - B);
  for (const word of words) {
    const found = frequency(space, word);
    if (found === 0) continue;
    const idf = Math.log(1 + (space.livingCount - found + 0.5) / (found + 0.5));
    const most = word.weight * idf * (K1 + 1);
    for (const form of word.forms) {
      visitTexts(space, form, (text, count) => {
        scores[text] =
          (scores[text] as number) + (most * count) / (count + fixed + perWord * space.lengthOf(text));
      });
    }
  }
  return scores;
}

/** In how many living texts a word stands. */
function frequency(space: Bm25Space, word: QueryWord): number {
  let found = 0;
  for (const form of word.forms) {
    visitTexts(space, form, () => {
      found++;
    });
  }
  return found;
}

/** Calls `visit` for every living text that holds the form in one of its languages. */
function visitTexts(space: Bm25Space, form: WordForm, visit: (text: number, count: number) => void): void {
  const { languages } = form;
  space.postings.visit(form.term, (words, from, to) => {
    for (let at = from; at < to; at++) {
      const posting = words[at] as number;
      const text = passageOf(posting);
      if (!space.isLiving(text) || (languages !== null && languages[space.languageOf(text)] === 0)) continue;
      visit(text, countOf(posting));
    }
  });
}

/** Marks with 1 the rows that hold all of the words, as far as they are words (not stop words) in the row's language. */
export function rowsWithAll(index: OrganizationIndex, words: readonly QueryWord[]): Uint8Array {
  const held = new Uint8Array(index.rows);
  for (const word of words) {
    for (const form of word.forms) {
      visitTexts(index.passages, form, (row) => {
        held[row] = (held[row] as number) + 1;
      });
    }
  }
  const needed = new Map(
    index.languages().map(({ number }) => [number, words.filter((word) => appliesTo(word, number)).length]),
  );
  return held.map((count, row) =>
    count > 0 && count === needed.get(index.passages.languageOf(row)) ? 1 : 0,
  );
}

function appliesTo(word: QueryWord, language: number): boolean {
  return word.forms.some(({ languages }) => languages === null || languages[language] === 1);
}

/** Marks with 1 every row of the documents of which a passage holds one of the words. */
export function rowsOfDocumentsWithAny(index: OrganizationIndex, words: readonly QueryWord[]): Uint8Array {
  const marked = new Uint8Array(index.rows);
  for (const word of words) {
    for (const form of word.forms) {
      visitTexts(index.passages, form, (row) => {
        const document = index.documentOfRow(row);
        if (document !== undefined) marked.fill(1, document.first, document.first + document.ordinals.length);
      });
    }
  }
  return marked;
}
