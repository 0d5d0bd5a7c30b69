import { TITLE_WEIGHT } from '../document-terms.ts';
import { visitTerms } from '../storage/term-codec.ts';
import { PostingLists } from './posting-lists.ts';
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
}

/** Passages have 24 bits in a posting. */
const MAX_PASSAGES = 2 ** 24;

/**
 * The inverted index of one organization, in memory: everything that ranking and filtering need, except the text. It is
 * built from the tables and follows their change sequence, so any number of processes rank alike.
 */
export class OrganizationIndex {
  readonly vocabulary = new Vocabulary();
  readonly postings = new PostingLists();
  /** Vectors of the active embedder, where they are kept in memory. */
  readonly vectors: VectorTable | null;
  /** The last change that this index contains. */
  sequence = -1;

  /** By row: its document, or undefined for a removed one; length in counted words; language. */
  readonly #documents: (IndexedDocument | undefined)[] = [];
  #lengths = new Float32Array(64);
  #languageOfRow = new Uint8Array(64);
  readonly #languages: string[] = [];
  readonly #rowsOfLanguage: number[] = [];
  readonly #byReference = new Map<string, IndexedDocument>();
  readonly #byKey = new Map<number, IndexedDocument>();
  #totalLength = 0;
  #alive = 0;

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
    const entry: IndexedDocument = { ...rest, first, ordinals: passages.map((passage) => passage.ordinal) };
    const language = this.#languageNumber(document.analysedAs);
    const title = new Map<number, number>();
    visitTerms(titleTerms, (term, count, stop) => title.set(term, stop ? -count : count));
    for (const passage of passages) this.#addRow(entry, language, title, passage);
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
    for (let row = entry.first; row < entry.first + entry.ordinals.length; row++) {
      this.#documents[row] = undefined;
      this.#totalLength -= this.#lengths[row] ?? 0;
      this.#alive--;
    }
    const language = this.#languageNumber(entry.analysedAs);
    this.#rowsOfLanguage[language] = (this.#rowsOfLanguage[language] ?? 0) - entry.ordinals.length;
  }

  #addRow(
    entry: IndexedDocument,
    language: number,
    title: ReadonlyMap<number, number>,
    passage: LoadedPassage,
  ): void {
    const row = this.#documents.length;
    this.#documents.push(entry);
    if (row >= this.#lengths.length) this.#growRows();
    let length = 0;
    const pending = new Map(title);
    visitTerms(passage.terms, (term, count, stop) => {
      const inTitle = Math.abs(pending.get(term) ?? 0);
      pending.delete(term);
      const total = count + TITLE_WEIGHT * inTitle;
      if (!stop) length += total;
      this.postings.add(term, row, Math.min(255, total));
    });
    for (const [term, count] of pending) {
      if (count > 0) length += TITLE_WEIGHT * count;
      this.postings.add(term, row, Math.min(255, TITLE_WEIGHT * Math.abs(count)));
    }
    this.#lengths[row] = length;
    this.#languageOfRow[row] = language;
    this.#totalLength += length;
    this.#alive++;
    if (this.vectors !== null && passage.vector !== null) this.vectors.set(row, passage.vector);
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
    const at = entry.ordinals.indexOf(ordinal);
    return at < 0 ? undefined : entry.first + at;
  }

  lengthOfRow(row: number): number {
    return this.#lengths[row] ?? 0;
  }

  /** A number for the language whose rules made the row's terms. */
  languageOfRow(row: number): number {
    return this.#languageOfRow[row] ?? 0;
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

  /** Passages that can be found. */
  get passages(): number {
    return this.#alive;
  }

  get averageLength(): number {
    return this.#alive === 0 ? 1 : Math.max(1, this.#totalLength / this.#alive);
  }

  /** Whether so much is dead that building it anew pays. */
  get wasteful(): boolean {
    return this.rows > 1000 && this.rows > 2 * this.#alive;
  }

  /** Roughly. */
  get bytes(): number {
    return (
      this.postings.bytes +
      this.vocabulary.bytes +
      (this.vectors?.bytes ?? 0) +
      this.rows * 16 +
      this.#byKey.size * 600
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

  #growRows(): void {
    const capacity = Math.ceil(this.#lengths.length * 1.5);
    const lengths = new Float32Array(capacity);
    lengths.set(this.#lengths);
    const languages = new Uint8Array(capacity);
    languages.set(this.#languageOfRow);
    this.#lengths = lengths;
    this.#languageOfRow = languages;
  }
}
