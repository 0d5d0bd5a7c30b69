/**
 * Whether a passage is in a sample of about one in `every`; always the same for the same passage. Chosen by a hash, not by
 * counting: documents come in rounds (a minutes file, an invoice, a letter, again a minutes file), and every third of
 * those is of one kind, so that the words of the other kinds would be unknown to the model. By passage, not by document:
 * then even a subject of two or three documents is in it.
 */
export function isSampled(key: number, ordinal: number, every: number): boolean {
  return mixed(Math.imul(key, 0x9e3779b1) ^ ordinal) % every === 0;
}

/** MurmurHash3's finalizer (Appleby 2011): each bit of the input changes half the bits of the result, 32 bits unsigned. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
