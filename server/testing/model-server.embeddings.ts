/** A made-up embedding model: a function of the text alone, where texts that share words are close. */

interface EmbedOptions {
  readonly dimensions?: number;
  /** Vectors come in another order than the texts, told by `index`. */
  readonly shuffled?: boolean;
  /** How many vectors are left out. */
  readonly missing?: number;
}

const DIMENSIONS = 64;

export function embeddingBody(body: Readonly<Record<string, unknown>>, options: EmbedOptions): object {
  const texts = Array.isArray(body.input) ? body.input.map(String) : [String(body.input ?? '')];
  const data = texts
    .map((text, index) => ({
      object: 'embedding',
      index,
      embedding: embed(text, options.dimensions ?? DIMENSIONS),
    }))
    .slice(options.missing ?? 0);
  if (options.shuffled) data.reverse();
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  return {
    object: 'list',
    model: body.model,
    data,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Signed feature hashing of words (Weinberger 2009), not of unit length. */
export function embed(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  // Every text has a direction, also one without words.
  vector[0] = 0.01;
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const hash = fnv1a(word);
    const at = hash % dimensions;
    vector[at] = (vector[at] ?? 0) + (hash & 0x1000000 ? 1 : -1);
  }
  return vector;
}

/** 32-bit FNV-1a over UTF-16 units. */
function fnv1a(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
