import { TITLE_WEIGHT } from '../document-terms.ts';
import { visitTerms } from '../storage/term-codec.ts';
import { Bm25Space } from './bm25-space.ts';
import { VectorTable } from './vector-table.ts';
import { Vocabulary } from './vocabulary.ts';

/** A document as the database gives it, with the packed terms of its passages. */
export interface LoadedDocument {
  readonly key: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly language: string | null;
  readonly analysedAs: string;
  readonly collectionId: string | null;
  readonly audience: readonly string[];
  readonly titleTerms: Uint8Array;
  readonly passages: readonly LoadedPassage[];
}

export interface LoadedPassage {
  readonly ordinal: number;
  readonly terms: Uint8Array;
  /** Unit length; null where it is not embedded (yet) or vectors are not kept in memory. */
  readonly vector: Float32Array | null;
}

/** A document in the index. Its passages are the rows `first` to `first + ordinals.length − 1`. */
export interface IndexedDocument extends Omit<LoadedDocument, 'titleTerms' | 'passages'> {
  readonly first: number;
  readonly ordinals: readonly number[];
  /** Its number in the space of documents. */
  readonly slot: number;
}

/** Passages have 24 bits in a posting. */
const MAX_PASSAGES = 2 ** 24;

/**
 * The inverted index of one organization, in memory: everything that ranking and filtering need, except the text. It is
 * built from the tables and follows their change sequence, so any number of processes rank alike.
 */
export class OrganizationIndex {
  readonly vocabulary = new Vocabulary();
  /** Every passage with its document's title; numbers are rows. */
  readonly passages = new Bm25Space();
  /** Every document as a whole; numbers are slots. */
  readonly documents = new Bm25Space();
  /** Vectors of the active embedder, where they are kept in memory. */
  readonly vectors: VectorTable | null;
  /** The last change that this index contains. */
  sequence = -1;

  /** By row: its document, or undefined for a removed one. */
  readonly #documents: (IndexedDocument | undefined)[] = [];
  readonly #languages: string[] = [];
  readonly #rowsOfLanguage: number[] = [];
  readonly #byReference = new Map<string, IndexedDocument>();
  readonly #byKey = new Map<number, IndexedDocument>();

  constructor(dimensions: number | null) {
    this.vectors = dimensions === null ? null : new VectorTable(dimensions);
  }

  /** Puts a document in, in place of the version before it. */
  put(document: LoadedDocument): void {
    this.remove(document.type, document.id);
    const first = this.#documents.length;
    if (first + document.passages.length > MAX_PASSAGES)
      throw new RangeError('an organization may hold 16 million passages');
    const { titleTerms, passages, ...rest } = document;
    const language = this.#languageNumber(document.analysedAs);
    const title = new Map<number, number>();
    visitTerms(titleTerms, (term, count, stop) => title.set(term, TITLE_WEIGHT * (stop ? -count : count)));
    const whole = new Map(title);
    for (const { terms, vector } of passages) {
      const passage = new Map(title);
      visitTerms(terms, (term, count, stop) => {
        const signed = stop ? -count : count;
        passage.set(term, (passage.get(term) ?? 0) + signed);
        whole.set(term, (whole.get(term) ?? 0) + signed);
      });
      const row = this.passages.add(language, passage);
      if (this.vectors !== null && vector !== null) this.vectors.set(row, vector);
    }
    const slot = this.documents.add(language, whole);
    const entry: IndexedDocument = {
      ...rest,
      first,
      slot,
      ordinals: passages.map((passage) => passage.ordinal),
    };
    for (const _ of passages) this.#documents.push(entry);
    this.#rowsOfLanguage[language] = (this.#rowsOfLanguage[language] ?? 0) + passages.length;
    this.#byReference.set(`${document.type}/${document.id}`, entry);
    this.#byKey.set(document.key, entry);
  }

  /** Takes a document out. Its postings stay until the index is rebuilt; its rows count no more. */
  remove(type: string, id: string): void {
    const entry = this.#byReference.get(`${type}/${id}`);
    if (entry === undefined) return;
    this.#byReference.delete(`${type}/${id}`);
    this.#byKey.delete(entry.key);
    this.documents.remove(entry.slot);
    for (let row = entry.first; row < entry.first + entry.ordinals.length; row++) {
      this.#documents[row] = undefined;
      this.passages.remove(row);
    }
    const language = this.#languageNumber(entry.analysedAs);
    this.#rowsOfLanguage[language] = (this.#rowsOfLanguage[language] ?? 0) - entry.ordinals.length;
  }

  documentOfRow(row: number): IndexedDocument | undefined {
    return this.#documents[row];
  }

  ordinalOfRow(row: number): number {
    const entry = this.#documents[row];
    return entry?.ordinals[row - entry.first] ?? 0;
  }

  /** The row of a passage by the key of its document, or undefined where this index does not hold it. */
  rowOf(key: number, ordinal: number): number | undefined {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return undefined;
    // Mostly they count from 0 without a gap.
    const at = entry.ordinals[ordinal] === ordinal ? ordinal : entry.ordinals.indexOf(ordinal);
    return at < 0 ? undefined : entry.first + at;
  }

  /** Base subtags of the languages that living passages have, by their numbers; gaps are languages that are gone. */
  languages(): { readonly number: number; readonly code: string }[] {
    return this.#languages
      .map((code, number) => ({ number, code }))
      .filter(({ number }) => (this.#rowsOfLanguage[number] ?? 0) > 0);
  }

  /** The language of the most passages; `und` where there are none. */
  get mainLanguage(): string {
    let main = 'und';
    let most = 0;
    this.#languages.forEach((code, number) => {
      const rows = this.#rowsOfLanguage[number] ?? 0;
      if (rows <= most) return;
      most = rows;
      main = code;
    });
    return main;
  }

  /** Rows, dead ones included. */
  get rows(): number {
    return this.#documents.length;
  }

  /** Whether so much is dead that building it anew pays. */
  get wasteful(): boolean {
    return this.rows > 1000 && this.rows > 2 * this.passages.livingCount;
  }

  /** Roughly. */
  get bytes(): number {
    const spaces = this.passages.bytes + this.documents.bytes;
    return (
      spaces + this.vocabulary.bytes + (this.vectors?.bytes ?? 0) + this.rows * 8 + this.#byKey.size * 600
    );
  }

  #languageNumber(code: string): number {
    const known = this.#languages.indexOf(code);
    if (known >= 0) return known;
    // One byte a row: languages past 255 share the last number, which only blurs stemming between them.
    if (this.#languages.length === 255) return 254;
    this.#languages.push(code);
    return this.#languages.length - 1;
  }
}
