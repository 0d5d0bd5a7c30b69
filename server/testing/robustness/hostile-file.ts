/** What must come of a file: refused at the door or failed with a reason, read, or either of them. */
export type Fate = 'refused' | 'ready' | 'either';

export interface HostileFile {
  readonly name: string;
  readonly fate: Fate;
  /** Some are large: made only when wanted. */
  readonly build: () => Buffer<ArrayBuffer>;
}

/** A sentence that stands in files that can be read: the text must have arrived. */
export const CANARY = 'The canary sings in the coal mine.';

export const bytes = (text: string): Buffer<ArrayBuffer> => Buffer.from(text, 'utf8');

export const file = (name: string, build: () => Buffer<ArrayBuffer>, fate: Fate): HostileFile => ({
  name,
  build,
  fate,
});
