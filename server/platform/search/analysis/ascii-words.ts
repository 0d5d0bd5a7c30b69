/** Code units. */
const FIRST_BEYOND_ASCII = 0x80;
const ALPHANUMERIC = 1;
/** Stands between the parts of a compound. */
const JOINER = 2;
/** Ends a name like C++ or F#. */
const SUFFIX = 3;
const KINDS = Uint8Array.from({ length: FIRST_BEYOND_ASCII }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z0-9]/i.test(character)) return ALPHANUMERIC;
  if ("'._/:@&-".includes(character)) return JOINER;
  return '+#'.includes(character) ? SUFFIX : 0;
});

const kindAt = (text: string, at: number) => KINDS[text.charCodeAt(at)] ?? 0;
const isBeyond = (text: string, at: number) => text.charCodeAt(at) >= FIRST_BEYOND_ASCII;

/** The first place from `from` on where a word may begin, or anything that is not ASCII: nothing before it is a token. */
export function skipToWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && kindAt(text, at) !== ALPHANUMERIC && !isBeyond(text, at)) at++;
  return at;
}

/**
 * The end of the plain ASCII word that begins at `from`, where it stands for itself. Null where there is none, or what
 * follows may belong to it: the pattern of all scripts must decide.
 */
export function plainWordEnd(text: string, from: number): number | null {
  let at = from;
  while (kindAt(text, at) === ALPHANUMERIC) at++;
  if (at === from || isBeyond(text, at)) return null;
  const next = kindAt(text, at);
  if (next === SUFFIX) return null;
  if (next === JOINER && (kindAt(text, at + 1) === ALPHANUMERIC || isBeyond(text, at + 1))) return null;
  return at;
}
