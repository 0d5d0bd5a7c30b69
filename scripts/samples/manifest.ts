import { readFileSync } from 'node:fs';

/** One document of the sample library. `language` is BCP 47, `published` an ISO date, paths are relative to their folder. */
export interface SampleDocument {
  readonly file: string;
  /** The readable text in `samples/source/` that a binary file is made from; absent where the file is its own source. */
  readonly source?: string;
  readonly title: string;
  readonly language: string;
  readonly collection: string;
  readonly kind: string;
  /** The two documents with the same value are translations of each other. */
  readonly pair?: string;
  readonly authors: readonly string[];
  readonly published: string;
}

export interface SampleCollection {
  readonly name: string;
  readonly description: string;
  readonly language: string | null;
}

export interface SampleLibrary {
  readonly collections: readonly SampleCollection[];
  readonly documents: readonly SampleDocument[];
}

export const samplesFolder = new URL('../../samples/', import.meta.url);

export function readSampleLibrary(): SampleLibrary {
  return JSON.parse(readFileSync(new URL('library.json', samplesFolder), 'utf8')) as SampleLibrary;
}
